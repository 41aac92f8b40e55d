import type { ConflictCode, ForbiddenCode, GoneCode, MissingResource, NotAllowedCode } from './codes.ts'
import type { InvalidDetails, Outcome, Problem, Problems } from './problems.ts'

/**
 * Aborts an action, rolls back its transaction and returns the problem to the caller. Only code outside the core
 * throws it; the core returns an `Outcome` (docs/decisions/0020-refusals-are-values.md).
 */
export class Refusal extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.kind}: ${'code' in problem ? problem.code : JSON.stringify(problem)}`)
    this.name = 'Refusal'
    this.problem = problem
  }
}

/** The value of an outcome; throws a `Refusal` when there is none. */
export function accepted<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Refusal(outcome.problem)
  return outcome.value
}

/** Throws a 422 with the collected field errors, if there are any. */
export function refuseIfAny(problems: Problems): void {
  accepted(problems.outcome(undefined))
}

/** A 404 whose code is `<resource>_not_found`. */
export const notFound = (resource: MissingResource): Refusal =>
  new Refusal({ kind: 'not_found', code: `${resource}_not_found` })

/** A 405: not allowed in the object's current state. */
export const notAllowed = (code: NotAllowedCode): Refusal => new Refusal({ kind: 'not_allowed', code })

/** A 409: the request conflicts with another one. */
export const conflict = (code: ConflictCode): Refusal => new Refusal({ kind: 'conflict', code })

/** A 410: it was there, and is not any more. */
export const gone = (code: GoneCode): Refusal => new Refusal({ kind: 'gone', code })

/** A 403: not allowed for this caller or in this installation. */
export const forbidden = (code: ForbiddenCode): Refusal => new Refusal({ kind: 'forbidden', code })

/** A 422 with field errors. */
export const invalid = (details: InvalidDetails): Refusal => new Refusal({ kind: 'invalid', details })
