import { expect, it } from 'vitest'
import { WEBHOOK_TYPES } from '../src/core/webhooks/types.ts'
import { WEBHOOK_GROUPS } from '../web/src/pages/developers/webhook-types.ts'

it('the form offers only kinds of messages that exist, each once', () => {
  const offered = WEBHOOK_GROUPS.flatMap(({ types }) => types)
  expect(offered.filter((type) => !(WEBHOOK_TYPES as readonly string[]).includes(type))).toEqual([])
  expect(new Set(offered).size).toBe(offered.length)
})
