import { describe, expect, it } from 'vitest'
import { instant } from '../calendar/instant.ts'
import { nextValidationAt, validatedHour, validationDueAt } from './validation-hour.ts'

const at = (text: string) => instant(Date.parse(text))

describe('the hour in which events are checked', () => {
  it.each([
    ['2024-04-03T09:00:00.000Z', '2024-04-03T10:05:00Z'],
    ['2024-04-03T09:59:59.999Z', '2024-04-03T10:05:00Z'],
    ['2024-12-31T23:30:00.000Z', '2025-01-01T00:05:00Z'],
  ])('of an event created at %s ends before %s', (created, due) => {
    const dueAt = validationDueAt(at(created))
    expect(dueAt).toBe(at(due))
    const hour = validatedHour(dueAt)
    expect(hour.from).toBeLessThanOrEqual(at(created))
    expect(hour.to).toBeGreaterThan(at(created))
    expect(hour.to - hour.from).toBe(3_600_000)
  })

  it.each([
    ['2024-04-03T09:30:00.000Z', '2024-04-03T10:05:00Z'],
    ['2024-04-03T10:04:59.999Z', '2024-04-03T10:05:00Z'],
    ['2024-04-03T10:05:00.000Z', '2024-04-03T11:05:00Z'],
    ['2024-12-31T23:59:00.000Z', '2025-01-01T00:05:00Z'],
  ])('is looked at after %s at %s', (now, next) => {
    expect(nextValidationAt(at(now))).toBe(at(next))
  })
})
