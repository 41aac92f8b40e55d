/** Field errors of a 422: field name to codes, in the order in which they were found. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>

/**
 * Everything that the engine refuses, as a value. The edge turns it into the HTTP answer;
 * the codes and their statuses are platform.md section 3.
 */
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

/** An outcome with a value. */
export const outcome = <T>(of: T): Outcome<T> => ({ ok: true, value: of })

/** An outcome without one. */
export const refused = (problem: Problem): Outcome<never> => ({ ok: false, problem })

/** A 422 with field errors, as an outcome. */
export const refusedFields = (details: FieldErrors): Outcome<never> => refused({ kind: 'invalid', details })

/** Collects field errors, so that one answer names all that is wrong. */
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

  /** The value when nothing was found, and the field errors otherwise. */
  outcome<T>(of: T): Outcome<T> {
    return this.any ? refusedFields(this.details()) : outcome(of)
  }
}
