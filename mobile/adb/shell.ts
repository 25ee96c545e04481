/** Command lines for a phone's shell. */

/** A text as one word of a shell's command line. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command line that first prints its process group's number on a line of its own, then runs `command` with nothing on
 * stdin, under the phone's own `timeout` where there is one, so that it ends there even when nobody here is left to
 * end it. adbd makes every command the leader of a group, which {@link killLine} ends.
 */
export function guarded(command: string, timeoutMs: number): string {
  const limit = `t=$(command -v timeout) && t="$t -s KILL ${(timeoutMs / 1000).toFixed(3)}"`;
  return `echo $$; ${limit}; exec $t sh -c ${quote(command)} </dev/null`;
}

/** The process group that {@link guarded} printed, and what came after it; undefined before it is there. */
export function splitGroup(stdout: string): { readonly group: number; readonly rest: string } | undefined {
  const match = /^(\d+)\r?\n/.exec(stdout);
  return match ? { group: Number(match[1]), rest: stdout.slice(match[0].length) } : undefined;
}

/** A command line that ends a process group. Closing a shell's stream is not enough: adbd lets the process live on. */
export function killLine(group: number): string {
  return `kill -KILL -- -${group} 2>/dev/null || kill -KILL -${group} 2>/dev/null || kill -KILL ${group}`;
}
