/** The permission to decode pictures. */

/**
 * Throws Deno's NotCapable unless the process may load libvips, the library that decodes pictures: by itself it does not
 * say which permission it lacks. Asks at a terminal, as Deno does.
 */
export function requirePictures(): void {
  if (Deno.permissions.requestSync({ name: "ffi" }).state === "granted") return;
  throw new Deno.errors.NotCapable("Requires ffi access to decode pictures, run again with the --allow-ffi flag");
}
