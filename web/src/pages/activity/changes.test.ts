import { expect, it } from 'vitest'
import { changesOf } from './changes.ts'

it('changes are shown as texts before and after', () => {
  const changes = { name: ['A', 'B'], amount_cents: [null, 5], taxes: [['x'], []] }
  expect(changesOf(changes)).toEqual([
    { field: 'name', before: 'A', after: 'B' },
    { field: 'amount_cents', before: '', after: '5' },
    { field: 'taxes', before: '["x"]', after: '[]' },
  ])
  expect(changesOf({})).toEqual([])
})
