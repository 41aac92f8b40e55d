import { describe, expect, it } from 'vitest'
import { ApiProblem } from '../api/client.ts'
import { WriteKeys } from './write-key.ts'

const problem = (status: number) => new ApiProblem({ status, code: null, request: '', message: '' })

describe('the key of a write', () => {
  it('is another one for every write that was answered', () => {
    const keys = new WriteKeys()
    const first = keys.keyOf('POST /a {}')
    expect(first).toMatch(/^[0-9a-f]{32}$/)
    keys.ended()
    const second = keys.keyOf('POST /a {}')
    expect(second).not.toBe(first)
    keys.ended(problem(422))
    expect(keys.keyOf('POST /a {}')).not.toBe(second)
  })

  it.each([0, 409, 500, 503])('stays the same while nobody knows what became of it: %d', (status) => {
    const keys = new WriteKeys()
    const first = keys.keyOf('POST /a {}')
    keys.ended(problem(status))
    expect(keys.keyOf('POST /a {}')).toBe(first)
  })

  it('is another one for something else', () => {
    const keys = new WriteKeys()
    const first = keys.keyOf('POST /a {"n":1}')
    keys.ended(problem(0))
    expect(keys.keyOf('POST /a {"n":2}')).not.toBe(first)
  })
})
