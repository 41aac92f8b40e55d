import { describe, expect, it } from 'vitest'
import { isMemberPermission } from '../../src/core/members/member-permissions.ts'
import { openingBy, permissionsOfPage } from './page-permissions.ts'
import { PAGES } from './routes.ts'

const ROUTES = PAGES.map(([route]) => route)

describe('what a page needs', () => {
  it('is a permission that there is, on every page but Home', () => {
    for (const route of ROUTES) {
      const needed = permissionsOfPage(route)
      expect([route, needed.filter((each) => !isMemberPermission(each))]).toEqual([route, []])
      expect([route, needed.length > 0]).toEqual([route, route !== '/'])
    }
  })

  it.each([
    ['/metrics', 'billable_metrics:view'],
    ['/plans/new', 'plans:create'],
    ['/customers/$externalId/edit', 'customers:update'],
    ['/customers/$externalId/$tab', 'customers:view'],
    ['/customer/$customerId/invoice/$id/overview', 'invoices:view'],
    ['/wallets/new', 'wallets:create'],
    ['/wallets/$id', 'customers:view'],
    ['/developers/webhooks/$id/edit', 'developers:manage'],
    ['/settings/payment-providers/$id/$tab', 'organization:integrations:view'],
    ['/settings/dunning/$code/edit', 'dunning_campaigns:update'],
    ['/settings/roles/new', 'roles:create'],
  ])('of %s', (route, permission) => {
    expect(ROUTES).toContain(route)
    expect(permissionsOfPage(route)).toEqual([permission])
  })
})

describe('whether an address may be opened', () => {
  const may = (permission: string) => ['plans:view', 'customers:view'].includes(permission)

  it.each([
    ['', true],
    ['/plans', true],
    ['/plans?q=pro', true],
    ['/plans/pro/versions#2', true],
    // Tabs of what else has to be seen.
    ['/plans/pro/entitlements', false],
    ['/customers/c/activity', false],
    ['/customers/c/invoices', true],
    // A plan's code may be anything, but this page makes one.
    ['/plans/new', false],
    ['/plans/new/edit', false],
    ['/plans/pro/edit?from=x', false],
    ['/wallets/1', true],
    ['/metrics', false],
    ['/nowhere/at/all', true],
  ])('%s', (address, expected) => {
    expect(openingBy(ROUTES)(address, may)).toBe(expected)
  })
})
