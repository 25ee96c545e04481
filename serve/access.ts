/** Who may see the runs. */
import { timingSafeEqual } from "node:crypto";

const COOKIE = "zen_token";

function isEqual(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
  return first.length === second.length && timingSafeEqual(first, second);
}

/** The tokens that a request brings: in its address, as a bearer's, or in a cookie. */
function tokensOf(request: Request): readonly string[] {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  const cookie = (request.headers.get("cookie") ?? "").split(/; */).find((one) => one.startsWith(`${COOKIE}=`));
  const asked = new URL(request.url).searchParams.get("token");
  return [asked, bearer, cookie && decodedOr(cookie.slice(COOKIE.length + 1))].filter((one) => !!one) as string[];
}

function decodedOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** Names of this machine to itself: a page of another site whose name leads here has another one (DNS rebinding). */
const ownNames = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * What refuses a request, or lets it go on elsewhere; undefined where it may be answered. With a token, requests bring it.
 * Without one, the server listens to this machine alone, and requests must name it so.
 */
export function refusal(request: Request, token: string | undefined): Response | undefined {
  const url = new URL(request.url);
  if (token === undefined) {
    return ownNames.test(url.hostname)
      ? undefined
      : new Response("This server answers to localhost alone", { status: 403 });
  }
  if (!tokensOf(request).some((one) => isEqual(one, token))) {
    return new Response("A token is required: open the address that zen dashboard printed", { status: 401 });
  }
  if (!url.searchParams.has("token") || url.pathname !== "/") return undefined;
  // The address bar and the history should not keep the token.
  const cookie = `${COOKIE}=${encodeURIComponent(token)}; HttpOnly; SameSite=Strict; Path=/`;
  return new Response(null, { status: 303, headers: { location: "/", "set-cookie": cookie } });
}
