/**
 * A body above this size makes a JWT of more than 8 kB: the claims quote the body, which escapes each of its quotation
 * marks, and base64 adds a third. Common receivers take no longer line in a header (docs/api/webhooks.md).
 */
export const JWT_BODY_BYTES_MAX = 5000

/** What an operator can do about a receiver that refuses the header of a JWT. */
export const SIGNATURE_ADVICE =
  'The receiver refused the header with the JWT signature, which carries the whole message. ' +
  'Set signature_algo of the endpoint to "hmac", whose signature has 44 characters, or raise the header limit of the receiver.'

/**
 * Whether an answer to a delivery signed with a JWT means that its signature was too long: a 431 says so, and several
 * receivers answer 400 instead.
 */
export function isSignatureTooLong(httpStatus: number | null, body: string): boolean {
  if (httpStatus === 431) return true
  return httpStatus === 400 && new TextEncoder().encode(body).length > JWT_BODY_BYTES_MAX
}
