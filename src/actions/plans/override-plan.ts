import type { Selectable } from 'kysely'
import type { Input } from '../../core/input/fields.ts'
import type { Tx } from '../../store/database.ts'
import type { Plans } from '../../store/rows.ts'
import type { Caller } from '../context.ts'

/** Copies a plan for one subscription with overrides; gives the id of the copy. */
export async function overridePlan(
  _tx: Tx,
  _caller: Caller,
  _request: { readonly plan: Selectable<Plans>; readonly overrides: Input },
): Promise<string> {
  throw new Error('plan overrides are not merged')
}

/** Changes the copy that a subscription already has. */
export async function updateOverriddenPlan(
  _tx: Tx,
  _caller: Caller,
  _request: { readonly child: Selectable<Plans>; readonly overrides: Input },
): Promise<void> {
  throw new Error('plan overrides are not merged')
}
