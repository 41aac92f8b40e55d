import { expect, it } from 'vitest'
import { freeId } from './free-id.ts'

it('offers the first id that a customer has not used', () => {
  expect(freeId('acme', [])).toBe('acme-1')
  expect(freeId('acme', ['acme-2', 'acme-1', 'other'])).toBe('acme-3')
})
