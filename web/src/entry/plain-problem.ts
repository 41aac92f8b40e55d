import type { ApiProblem } from '../api/client.ts'
import { textOfProblem } from '../api/problem-texts.ts'

/** What a short form says above its fields about a refusal; null when the fields say it. */
export function noticeOf(problem: ApiProblem): string | null {
  if (Object.keys(problem.details).length > 0) return null
  return problem.status === 429 ? 'Too many attempts. Wait a while and try again.' : textOfProblem(problem)
}
