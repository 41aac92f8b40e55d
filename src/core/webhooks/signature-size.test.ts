import { describe, expect, it } from 'vitest'
import { isSignatureTooLong, JWT_BODY_BYTES_MAX } from './signature-size.ts'

describe('a refused signature', () => {
  const small = 'a'.repeat(JWT_BODY_BYTES_MAX)
  const large = 'é'.repeat(JWT_BODY_BYTES_MAX / 2 + 1)
  it.each([
    [431, '{}', true],
    [431, large, true],
    [400, large, true],
    [400, small, false],
    [413, large, false],
    [422, large, false],
    [500, large, false],
    [200, large, false],
    [null, large, false],
  ])('status %s with %s… is one: %s', (status, body, expected) => {
    expect(isSignatureTooLong(status, body)).toBe(expected)
  })
})
