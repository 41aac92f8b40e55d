import { expect, it } from 'vitest'
import { actionWords, permissionGroups, resourceWords, roleNames } from './team.ts'

it('permissions are grouped by what they are on', () => {
  expect(permissionGroups(['plans:view', 'organization:taxes:view', 'plans:create'])).toEqual([
    { resource: 'plans', permissions: ['plans:view', 'plans:create'] },
    { resource: 'organization:taxes', permissions: ['organization:taxes:view'] },
  ])
  expect(actionWords('wallets:top_up')).toBe('Top up')
  expect(resourceWords('organization:taxes')).toBe('Organization › taxes')
})

it('roles are shown by name, and unknown ones by code', () => {
  const admin = { code: 'admin', name: 'Admin' }
  const role = { ...admin, description: null, is_built_in: true, permissions: [], members_count: 1 }
  expect(roleNames(['admin', 'gone'], [role])).toBe('Admin, gone')
})
