#!/usr/bin/env bash
# Rebuild the vendored files from npm, whose integrity is checked, and print their sha256 (to be put in README.md).
# Needs npm; run it from anywhere. The result is the same on each machine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$work"
cp "$here/x509.entry.js" "$work/entry.js"
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund

# A source map that is not there would be asked for.
strip() { sed 's|//# sourceMappingURL=.*$||' "$1"; }
strip node_modules/preact/dist/preact.mjs > "$here/preact.js"
strip node_modules/htm/dist/htm.mjs > "$here/htm.js"
node_modules/@esbuild/linux-x64/bin/esbuild entry.js --bundle --minify --format=esm --target=es2022 --legal-comments=none --outfile="$here/x509.js"

mkdir -p "$here/licences" "$here/../fonts"
cp node_modules/@fontsource-variable/geist/files/geist-latin-wght-normal.woff2 "$here/../fonts/geist.woff2"
cp node_modules/@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2 "$here/../fonts/geist-mono.woff2"
cp node_modules/@fontsource-variable/geist/LICENSE "$here/../fonts/OFL.txt"

licence() { find "node_modules/$1" -maxdepth 1 -iname 'licen[sc]e*' -exec cat {} + ; }
licence preact > "$here/licences/preact.txt"
licence htm > "$here/licences/htm.txt"
for package in @peculiar/{x509,utils,asn1-{cms,csr,ecc,pkcs8,pkcs9,pfx,rsa,schema,x509,x509-attr,asym-key,x509-post-quantum}} asn1js pvtsutils pvutils reflect-metadata tslib tsyringe; do
  printf '=== %s\n\n' "$package"
  licence "$package"
  printf '\n'
done > "$here/licences/x509.txt"
(cd "$here" && sha256sum -- *.js ../fonts/*.woff2)
