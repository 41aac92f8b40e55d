import type { ConflictCode, ForbiddenCode, MissingResource, NotAllowedCode } from './codes.ts'
import type { InvalidDetails, Outcome, Problem, Problems } from './problems.ts'

/**
 * Stops an action (and rolls its transaction back) with a problem that the caller is told. Only the rooms around the
 * core throw it: what the core refuses is an `Outcome` (docs/decisions/0020-refusals-are-values.md).
 */
export class Refusal extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.kind}: ${'code' in problem ? problem.code : JSON.stringify(problem)}`)
    this.name = 'Refusal'
    this.problem = problem
  }
}

/** The value of an outcome; throws the refusal when there is none. */
export function accepted<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Refusal(outcome.problem)
  return outcome.value
}

/** Throws a 422 with the field errors that were collected, if there are any. */
export function refuseIfAny(problems: Problems): void {
  accepted(problems.outcome(undefined))
}

/** A 404 whose code is `<resource>_not_found`. */
export const notFound = (resource: MissingResource): Refusal =>
  new Refusal({ kind: 'not_found', code: `${resource}_not_found` })

/** A 405: the object's state does not allow the operation. */
export const notAllowed = (code: NotAllowedCode): Refusal => new Refusal({ kind: 'not_allowed', code })

/** A 409: another request stands in the way. */
export const conflict = (code: ConflictCode): Refusal => new Refusal({ kind: 'conflict', code })

/** A 403: the operation is not open to this caller or this installation. */
export const forbidden = (code: ForbiddenCode): Refusal => new Refusal({ kind: 'forbidden', code })

/** A 422 with field errors. */
export const invalid = (details: InvalidDetails): Refusal => new Refusal({ kind: 'invalid', details })
