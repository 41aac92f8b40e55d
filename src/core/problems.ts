/** Field errors of a 422: field name to codes, in the order found. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>

/** Every kind of error that a caller can cause, as a value. src/api/errors.ts turns it into the HTTP response. */
export type Problem =
  | { readonly kind: 'bad_request'; readonly message: string }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'forbidden'; readonly code: string }
  | { readonly kind: 'not_found'; readonly code: string }
  | { readonly kind: 'not_allowed'; readonly code: string }
  | { readonly kind: 'conflict'; readonly code: string }
  | { readonly kind: 'invalid'; readonly details: FieldErrors | Readonly<Record<string, unknown>> | string }

/** A result that is either a value or the reason why there is none. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem }

/** Aborts an action, rolls back its transaction and returns the problem to the caller. */
export class Refusal extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.kind}: ${'code' in problem ? problem.code : JSON.stringify(problem)}`)
    this.name = 'Refusal'
    this.problem = problem
  }
}

/** A 404 whose code is `<resource>_not_found`. */
export const notFound = (resource: string): Refusal =>
  new Refusal({ kind: 'not_found', code: `${resource}_not_found` })

/** A 405: not allowed in the object's current state. */
export const notAllowed = (code: string): Refusal => new Refusal({ kind: 'not_allowed', code })

/** A 409: the request conflicts with another one. */
export const conflict = (code: string): Refusal => new Refusal({ kind: 'conflict', code })

export const forbidden = (code: string): Refusal => new Refusal({ kind: 'forbidden', code })

/** A 422 with field errors. */
export const invalid = (details: FieldErrors | Readonly<Record<string, unknown>> | string): Refusal =>
  new Refusal({ kind: 'invalid', details })

/** Collects field errors; nothing is thrown until `throwIfAny`. */
export class Problems {
  private readonly byField = new Map<string, string[]>()

  add(field: string, code: string): void {
    const codes = this.byField.get(field)
    if (!codes) this.byField.set(field, [code])
    else if (!codes.includes(code)) codes.push(code)
  }

  get any(): boolean {
    return this.byField.size > 0
  }

  details(): FieldErrors {
    return Object.fromEntries(this.byField)
  }

  throwIfAny(): void {
    if (this.any) throw invalid(this.details())
  }
}
