import { addMs, HOUR_MS, type Instant } from '../calendar/instant.ts'
import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

const OVERLAP_HOURS = 24
/** A week. */
const OVERLAP_HOURS_MAX = 168

/** The secrets of an organization's webhooks as they are stored. */
export type StoredWebhookSecrets = {
  /** Signs until the first one is made. */
  readonly hmacKey: string
  readonly webhookSecret: string | null
  readonly oldWebhookSecret: string | null
  readonly oldWebhookSecretUntil: Instant | null
}

/** What signs a message: `next` takes the place of `secret` at `until`. */
export type WebhookSecrets = {
  readonly secret: string
  readonly next: string | null
  readonly until: Instant | null
}

/**
 * The secrets that sign at an instant of real time. While one that was replaced counts, it goes on signing, so that
 * receivers work until they have the new one (docs/api/webhooks.md#a-new-secret).
 */
export function webhookSecretsAt(stored: StoredWebhookSecrets, now: Instant): WebhookSecrets {
  const { oldWebhookSecret: old, oldWebhookSecretUntil: until } = stored
  const present = stored.webhookSecret ?? stored.hmacKey
  if (old === null || until === null || until <= now) return { secret: present, next: null, until: null }
  return { secret: old, next: present, until }
}

/** Reads when a secret that is replaced stops: 24 hours from `now` unless the request says how many, up to a week. */
export function readOverlap(input: Input, now: Instant): Outcome<Instant> {
  const problems = new Problems()
  const hours = new Fields(input, problems).integer('overlap_hours') ?? OVERLAP_HOURS
  if (hours > OVERLAP_HOURS_MAX) problems.add('overlap_hours', 'value_is_out_of_range')
  return problems.outcome(addMs(now, hours * HOUR_MS))
}
