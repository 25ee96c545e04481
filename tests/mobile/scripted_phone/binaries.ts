/** Programs that play `benchmark_model` on the scripted phone. */

const root = new URL("../../../", import.meta.url).pathname;

/** Measures for real, by LiteRT on this machine. */
export const genuine = `#!/bin/sh
exec '${Deno.execPath()}' run -q -A --config '${root}deno.json' '${root}tests/mobile/scripted_phone/benchmark_model.ts' "$@"
`;

/** What a sound run prints, for inferences of about that many µs. */
export function soundOutput(us: number, count = 100): string {
  const line = `first=${us + 9} curr=${us} min=${us - 5} max=${us + 40} avg=${us + 1} std=8 p5=${
    us - 4
  } median=${us} p95=${us + 30}`;
  return `INFO: STARTING!
INFO: count=10 ${line}
INFO: count=${count} ${line}
INFO: Inference timings in us: Init: 900, First inference: ${us + 9}, Warmup (avg): ${us}, Inference (avg): ${us + 1}
`;
}

/** A script that prints a text after some commands of the shell, and exits with a code. */
export function printing(text: string, { before = "", code = 0 } = {}): string {
  return `#!/bin/sh\n${before}\ncat <<'END'\n${text}END\nexit ${code}\n`;
}
