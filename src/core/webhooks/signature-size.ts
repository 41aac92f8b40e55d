/**
 * A larger body makes a JWT of more than 8 kB, the header limit of common receivers: the claims contain the body as a
 * string, which escapes every quotation mark, and base64 adds a third (docs/api/webhooks.md).
 */
export const JWT_BODY_BYTES_MAX = 5000

/** Advice for operators when a receiver rejects the JWT header. */
export const SIGNATURE_ADVICE =
  'The receiver refused the header with the JWT signature, which carries the whole message. ' +
  'Set signature_algo of the endpoint to "hmac", whose signature has 44 characters, or raise the header limit of the receiver.'

/**
 * Whether the response to a JWT-signed delivery means that the signature was too long: a 431 does, and several
 * receivers return 400 instead.
 */
export function isSignatureTooLong(httpStatus: number | null, body: string): boolean {
  if (httpStatus === 431) return true
  return httpStatus === 400 && new TextEncoder().encode(body).length > JWT_BODY_BYTES_MAX
}
