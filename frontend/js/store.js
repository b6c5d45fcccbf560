/** The state of a page or of a part of it: one frozen object, and one way to change it. Pure. */

/**
 * Keeps a state. Returns {get(), change(next)}.
 *
 * `change` replaces the values that `next` names, then calls `onChange()`; a name that `initial` has not is a TypeError.
 */
export function store(initial, onChange) {
  let state = Object.freeze({ ...initial });
  function change(next) {
    const unknown = Object.keys(next).find((name) => !(name in initial));
    if (unknown) throw new TypeError(`The state has no ${unknown}.`);
    state = Object.freeze({ ...state, ...next });
    onChange();
  }
  return { get: () => state, change };
}

/**
 * Returns attempt(action, {busy, onRefusal}), which does one thing at a time and returns whether it was done.
 *
 * The state has to have `busy` (a word for what is being done, or nothing) and `problem` (why the last thing was not done).
 * `onSignedOut(refusal)` gets a 401; any other refusal is the problem, or goes to `onRefusal(refusal)`.
 */
export function attempts({ get, change }, onSignedOut) {
  const tell = (error) => change({ problem: error.message });
  return async function attempt(action, { busy = 'busy', onRefusal = tell } = {}) {
    if (get().busy) return false;
    change({ busy, problem: '' });
    let isDone = false;
    try {
      await action();
      isDone = true;
    } catch (error) {
      if (error.status === 401) onSignedOut(error);
      else onRefusal(error);
    }
    change({ busy: '' });
    return isDone;
  };
}
