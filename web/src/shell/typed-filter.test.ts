import { describe, expect, it } from 'vitest'
import { readTypedFilter } from './typed-filter.ts'

describe('a typed filter', () => {
  it('opens the invoices with its filters', () => {
    expect(readTypedFilter('customer:Acme status:overdue')).toEqual({
      label: 'Invoices: customer:Acme status:overdue',
      path: '/invoices?q=Acme&view=overdue',
    })
    expect(readTypedFilter(' type:one_off  currency:eur ')?.path).toBe('/invoices?type=one_off&currency=EUR')
  })

  it.each(['', 'acme', 'status:nothing', 'customer:', 'customer:acme more', 'colour:red'])(
    'is not %j',
    (text) => {
      expect(readTypedFilter(text)).toBeNull()
    },
  )
})
