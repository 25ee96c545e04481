/** Which processor a program was built for. */
import { MeasurementError } from "./errors.ts";

/** `e_machine` of ELF files (elf.h), in Android's names. */
const MACHINES: Readonly<Record<number, string>> = { 3: "x86", 40: "armeabi-v7a", 62: "x86_64", 183: "arm64-v8a" };

/** The ABI that an ELF file is for; undefined for a script, which any phone can run. Throws MeasurementError (WRONG_ABI). */
export function abiOf(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 4));
  if (text.startsWith("#!")) return undefined;
  if (text !== "\x7fELF") throw new MeasurementError("WRONG_ABI", "Cannot run the binary as it is no Android program");
  const machine = new DataView(bytes.buffer, bytes.byteOffset).getUint16(18, true);
  return MACHINES[machine] ?? `machine ${machine}`;
}

/** Throws MeasurementError (WRONG_ABI) unless a phone with these ABIs can run the program. */
export function checkAbi(binary: Uint8Array, abis: readonly string[]): void {
  const abi = abiOf(binary);
  if (abi === undefined || abis.length === 0 || abis.includes(abi)) return;
  const message = `Cannot run the binary as it is built for ${abi}: the phone runs ${abis.join(", ")}`;
  throw new MeasurementError("WRONG_ABI", message, { data: { abi, abis } });
}
