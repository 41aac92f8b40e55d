/** An error as Stripe answers it. */
export class StripeRefusal extends Error {
  readonly status: number
  readonly body: object
  constructor(status: number, body: object) {
    super(JSON.stringify(body))
    this.status = status
    this.body = body
  }
}

/** Refuses a request with a code. */
export function refuse(status: number, code: string, others: object = {}): never {
  const type = status === 402 ? 'card_error' : 'invalid_request_error'
  throw new StripeRefusal(status, { type, code, message: `refused: ${code}`, ...others })
}

/** Refuses a request that names what is not there, by the field that names it. */
export function missing(param: string): never {
  return refuse(param === 'id' ? 404 : 400, 'resource_missing', { param })
}
