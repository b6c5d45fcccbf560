/** What the console's own JavaScript has to keep to. vendor/ is other people's, and is left as it came. */

import js from '@eslint/js';
import globals from 'globals';

const LONGEST_LINE = 140;
const LONGEST_FUNCTION = 60; // lines
const LONGEST_FILE = 240;
const MOST_PATHS = 14; // through one function

/** Data goes into the page as text, by htm; a token is kept in sessionStorage, and nothing else is kept. */
const UNSAFE = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe', 'dangerouslySetInnerHTML'];
const KEEPING = ['localStorage', 'indexedDB', 'caches', 'cookieStore'];

export default [
  { ignores: ['**/*', '!**/', '!frontend/js/**/*.js', '!tests/frontend/**/*.js', '!eslint.config.mjs'] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: 'module' },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      complexity: ['error', MOST_PATHS],
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-len': ['error', { code: LONGEST_LINE, ignoreUrls: true }],
      'max-lines': ['error', { max: LONGEST_FILE }],
      'max-lines-per-function': ['error', { max: LONGEST_FUNCTION }],
      'no-else-return': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-shadow': 'error',
      'no-unused-vars': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: ['frontend/js/**'],
    languageOptions: { globals: globals.browser },
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', 'event', 'name', 'find', ...KEEPING],
      'no-restricted-properties': [
        'error',
        ...UNSAFE.map((property) => ({ property })),
        { object: 'document', property: 'write' },
      ],
    },
  },
  { files: ['tests/frontend/**', 'eslint.config.mjs'], languageOptions: { globals: globals.node } },
];
