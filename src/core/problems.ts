import type {
  ConflictCode,
  FieldCode,
  ForbiddenCode,
  GoneCode,
  NotAllowedCode,
  NotFoundCode,
  UnauthorizedCode,
} from './codes.ts'
import type { MemberPermission } from './members/member-permissions.ts'

/** Field errors of a 422: field name to codes, in the order found. */
export type FieldErrors = Readonly<Record<string, readonly FieldCode[]>>

/** The error of one list entry: its fields, a message, or the entry as sent with a message. */
export type EntryErrors = FieldErrors | string | { readonly params: unknown; readonly errors: string }

/** The details of a 422: codes by field, errors of list entries by position, or a message. */
export type InvalidDetails = Readonly<Record<string, readonly FieldCode[] | EntryErrors>> | string

/** Every kind of error that a caller can cause, as a value. src/api/errors.ts turns it into the HTTP response. */
export type Problem =
  | { readonly kind: 'bad_request'; readonly message: string }
  | { readonly kind: 'unauthorized'; readonly code?: UnauthorizedCode }
  | { readonly kind: 'forbidden'; readonly code: ForbiddenCode; readonly permission?: MemberPermission }
  | { readonly kind: 'not_found'; readonly code: NotFoundCode }
  | { readonly kind: 'not_allowed'; readonly code: NotAllowedCode }
  | { readonly kind: 'conflict'; readonly code: ConflictCode }
  | { readonly kind: 'gone'; readonly code: GoneCode }
  | { readonly kind: 'locked'; readonly retryAfterSeconds: number }
  | { readonly kind: 'too_many_requests'; readonly retryAfterSeconds: number }
  | { readonly kind: 'invalid'; readonly details: InvalidDetails }
  /** A payment provider refused what it was asked for, or gave no answer. */
  | { readonly kind: 'third_party'; readonly party: string; readonly message: string }
  /** A payment provider asks for fewer requests. */
  | { readonly kind: 'throttled' }

/** A result that is either a value or the reason why there is none. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem }

/** An outcome with a value. */
export const outcome = <T>(of: T): Outcome<T> => ({ ok: true, value: of })

/** An outcome with a problem. */
export const refused = (problem: Problem): Outcome<never> => ({ ok: false, problem })

/** A 422 with field errors, as an outcome. */
export const refusedFields = (details: FieldErrors): Outcome<never> => refused({ kind: 'invalid', details })

/** Collects field errors, so that one response reports all of them. */
export class Problems {
  private readonly byField = new Map<string, FieldCode[]>()

  add(field: string, code: FieldCode): void {
    const codes = this.byField.get(field)
    if (!codes) this.byField.set(field, [code])
    else if (!codes.includes(code)) codes.push(code)
  }

  /** The same errors so far, to which others can be added. */
  copy(): Problems {
    const copied = new Problems()
    for (const [field, codes] of this.byField) copied.byField.set(field, [...codes])
    return copied
  }

  /**
   * The value of an outcome; undefined when it has none, and then its field errors are added to these, under a prefix
   * if there is one.
   */
  absorb<T>(of: Outcome<T>, prefix = ''): T | undefined {
    if (of.ok) return of.value
    const details =
      of.problem.kind === 'invalid' && typeof of.problem.details !== 'string' ? of.problem.details : {}
    for (const [field, codes] of Object.entries(details)) {
      if (Array.isArray(codes))
        for (const code of codes as readonly FieldCode[]) this.add(`${prefix}${field}`, code)
    }
    return undefined
  }

  has(field: string): boolean {
    return this.byField.has(field)
  }

  get any(): boolean {
    return this.byField.size > 0
  }

  details(): FieldErrors {
    return Object.fromEntries(this.byField)
  }

  /** The value if there are no errors, otherwise the field errors. */
  outcome<T>(of: T): Outcome<T> {
    return this.any ? refusedFields(this.details()) : outcome(of)
  }
}
