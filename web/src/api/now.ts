import { useOne } from './queries.ts'
import { useOrganization } from './session.ts'
import type { TestClock } from './types.ts'

/** The time of the organization in ms: its sandbox's clock, or now. */
export function useNow(): number {
  const { is_sandbox } = useOrganization()
  const { data } = useOne<TestClock>('/test_clock', 'test_clock', { enabled: is_sandbox })
  return data ? Date.parse(data.now) : Date.now()
}
