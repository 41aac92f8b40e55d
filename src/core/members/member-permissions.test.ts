import { describe, expect, it } from 'vitest'
import { BUILT_IN_ROLES, MEMBER_PERMISSIONS, permissionsOfRoles } from './member-permissions.ts'
import { keyPermissionsOf, lacking } from './needed-permissions.ts'

const NONE: ReadonlyMap<string, readonly string[]> = new Map()
const VCUD = 'view create update delete'
/** The table of roles: resource, its actions, those of finance and of manager; `all` means every one, `-` none. */
const TABLE: readonly (readonly [string, string, string, string])[] = [
  ['addons', VCUD, 'view', 'view'],
  ['plans', VCUD, 'view', 'view'],
  ['billable_metrics', VCUD, '-', '-'],
  ['features', VCUD, '-', '-'],
  ['charges', 'create update delete', '-', '-'],
  ['coupons', `${VCUD} attach detach`, 'view', 'view attach detach'],
  ['customers', VCUD, 'view', 'all'],
  ['subscriptions', 'view create update', 'view', 'all'],
  ['wallets', 'create update top_up terminate', '-', 'all'],
  [
    'invoices',
    'view send create update void delete export',
    'view send create update void export',
    'view send create update void export',
  ],
  ['credit_notes', 'view create update void export send', 'all', 'all'],
  ['payments', 'view create', 'all', 'all'],
  ['payment_receipts', 'view send', 'all', 'all'],
  ['payment_methods', VCUD, '-', '-'],
  ['dunning_campaigns', VCUD, 'all', 'view'],
  ['billing_entities', VCUD, 'all', 'view'],
  ['invoice_custom_sections', VCUD, 'all', '-'],
  ['pricing_units', 'view create update', 'view', '-'],
  ['organization', 'view update delete', 'view update', '-'],
  ['organization:invoices', 'view update', 'all', '-'],
  ['organization:integrations', VCUD, 'all', '-'],
  ['organization:taxes', 'view update', '-', '-'],
  ['organization:emails', 'view update', '-', '-'],
  ['organization:members', VCUD, '-', '-'],
  ['roles', VCUD, '-', '-'],
  ['analytics', 'view', 'all', '-'],
  ['data_api', 'view', 'all', '-'],
  ['developers', 'manage', '-', '-'],
  ['developers:keys', 'manage', '-', '-'],
  ['audit_logs', 'view', '-', '-'],
  ['security_logs', 'view', '-', '-'],
  ['authentication_methods', 'view update', '-', '-'],
]

function listed(column: 1 | 2 | 3): string[] {
  return TABLE.flatMap((row) => {
    const actions = row[column] === 'all' ? row[1] : row[column]
    return actions === '-' ? [] : actions.split(' ').map((action) => `${row[0]}:${action}`)
  }).sort()
}

describe('the built-in roles', () => {
  it('have the rights of the table, and admin has all', () => {
    expect([...MEMBER_PERMISSIONS].sort()).toEqual(listed(1))
    expect([...(BUILT_IN_ROLES.admin ?? [])].sort()).toEqual(listed(1))
    expect([...(BUILT_IN_ROLES.finance ?? [])].sort()).toEqual(listed(2))
    expect([...(BUILT_IN_ROLES.manager ?? [])].sort()).toEqual(listed(3))
  })
})

describe('the rights of a member', () => {
  it('add up over built-in and own roles', () => {
    const own = new Map([['support', ['customers:view', 'developers:manage']]])
    const rights = permissionsOfRoles(['support', 'finance'], own)
    expect(rights.has('developers:manage')).toBe(true)
    expect(rights.has('invoices:void')).toBe(true)
    expect(rights.has('wallets:create')).toBe(false)
  })

  it('are none for roles that nobody knows, and for words that are no permission', () => {
    expect(permissionsOfRoles(['toString', 'gone'], NONE).size).toBe(0)
    expect(permissionsOfRoles(['odd'], new Map([['odd', ['plans:fly']]])).size).toBe(0)
  })

  it('cover what needs several only with all of them', () => {
    const rights = new Set(['customers:create'] as const)
    expect(lacking(rights, ['customers:create', 'customers:update'])).toBe('customers:update')
    expect(lacking(rights, 'customers:create')).toBeUndefined()
    expect(lacking(rights, 'membership')).toBeUndefined()
  })
})

describe('the keys that a member makes', () => {
  it('may do no more than the member', () => {
    const finance = keyPermissionsOf(permissionsOfRoles(['finance'], NONE))
    expect(finance).toMatchObject({ plan: ['read'], credit_note: ['read', 'write'], customer: ['read'] })
    expect(finance.event).toBeUndefined()
    // Finance deletes no invoices, which a key that writes them may.
    expect(finance.invoice).toEqual(['read'])
    const admin = keyPermissionsOf(permissionsOfRoles(['admin'], NONE))
    expect(Object.values(admin).every((modes) => modes.join() === 'read,write')).toBe(true)
  })
})
