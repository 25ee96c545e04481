/** Runs a program with an emulated phone on the USB: `with_usb.ts PORT FAULT program arguments…`, below `umockdev-run`. */
const [port, fault, program, ...args] = Deno.args;
const device = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", new URL("usb_device.ts", import.meta.url).href, port!, fault!],
  stdout: "piped",
}).spawn();
await device.stdout.getReader().read(); // it listens
const { code } = await new Deno.Command(program!, { args }).spawn().status;
device.kill("SIGKILL");
await device.status;
Deno.exit(code);
