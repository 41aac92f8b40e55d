import { request } from 'undici'

/** What VIES says about a VAT number, or why it said nothing, in which case the question is repeated later. */
export type ViesAnswer =
  | { readonly kind: 'answered'; readonly isValid: boolean }
  | { readonly kind: 'unavailable'; readonly reason: string }

const ANSWER_BYTES_MAX = 100_000

/**
 * Asks VIES, the VAT number registry of the European Union, whether a number is registered. Never throws: an outage,
 * of VIES or of the member state behind it, is part of the answer.
 *
 * @param number the prefix of the country as VIES has it, and the rest of the number
 */
export async function lookUpVatNumber(
  viesUrl: string,
  number: { readonly prefix: string; readonly digits: string },
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<ViesAnswer> {
  const { timeoutMs } = limits
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await request(`${viesUrl}/check-vat-number`, {
      method: 'POST',
      body: JSON.stringify({ countryCode: number.prefix, vatNumber: number.digits }),
      headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'Weir' },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: limits.signal ? AbortSignal.any([timeout, limits.signal]) : timeout,
    })
    return read(answer.statusCode, await readText(answer.body))
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error)
    return { kind: 'unavailable', reason: timeout.aborted ? `no answer within ${timeoutMs} ms` : reason }
  }
}

async function readText(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= ANSWER_BYTES_MAX) break
  }
  body.destroy()
  return Buffer.concat(chunks).toString('utf8')
}

/** Errors come as `errorWrappers`, with any status; only a boolean `valid` is an answer. */
function read(status: number, text: string): ViesAnswer {
  const answer = parsed(text)
  if (status === 200 && typeof answer.valid === 'boolean') return { kind: 'answered', isValid: answer.valid }
  const [first] = Array.isArray(answer.errorWrappers) ? (answer.errorWrappers as { error?: unknown }[]) : []
  return { kind: 'unavailable', reason: typeof first?.error === 'string' ? first.error : `status ${status}` }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {} // a page of HTML, for example: not an answer, which `read` reports with its status
  }
}
