import { Fields, type Input } from '../input/fields.ts'
import { BUILT_IN_CODES, isMemberPermission, type MemberPermission } from '../members/member-permissions.ts'
import { parameterize } from '../organizations/names.ts'
import { type Outcome, Problems } from '../problems.ts'

const CODE_LENGTH_MAX = 100
const NAME_LENGTH_MAX = 100
const DESCRIPTION_LENGTH_MAX = 255

export type RoleChange = {
  readonly name?: string
  /** Undefined when the request has none. */
  readonly description?: string | null
  readonly permissions?: readonly MemberPermission[]
}

export type NewRole = {
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly permissions: readonly MemberPermission[]
}

/** Reads a new role. Without a code it gets one from its name; codes of built-in roles are taken. */
export function readNewRole(input: Input): Outcome<NewRole> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const name = fields.mandatoryText('name', NAME_LENGTH_MAX)?.trim() ?? ''
  const given = fields.isBlank('code') ? parameterize(name, '_') : fields.id('code', CODE_LENGTH_MAX)
  const code = given ?? ''
  if (given !== undefined && name !== '') checkCode(code, fields)
  const description = fields.text('description', DESCRIPTION_LENGTH_MAX) ?? null
  return problems.outcome({ code, name, description, permissions: readPermissions(fields, problems) })
}

/** Reads a change of a role; absent fields stay. Its code never changes, because memberships name it. */
export function readRoleChange(input: Input): Outcome<RoleChange> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const name = fields.presentText('name', NAME_LENGTH_MAX)?.trim()
  const description = fields.text('description', DESCRIPTION_LENGTH_MAX)
  return problems.outcome({
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(fields.has('permissions') ? { permissions: readPermissions(fields, problems) } : {}),
  })
}

function checkCode(code: string, fields: Fields): void {
  if (!/^[a-z0-9_]+$/.test(code)) fields.refuse('code', 'value_is_invalid')
  else if (BUILT_IN_CODES.includes(code)) fields.refuse('code', 'value_already_exist')
}

function readPermissions(fields: Fields, problems: Problems): readonly MemberPermission[] {
  const names = fields.ids('permissions')
  if (names === undefined || names.length === 0) {
    if (!problems.has('permissions')) fields.refuse('permissions', 'value_is_mandatory')
    return []
  }
  const known = names.filter(isMemberPermission)
  if (known.length < names.length) fields.refuse('permissions', 'value_is_invalid')
  return known
}
