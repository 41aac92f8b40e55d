import type { Privilege } from '../core/entitlements/privilege-value.ts'
import type { FeatureRow } from '../store/features.ts'
import { isoSeconds } from './times.ts'

/** A feature. */
export function toWireFeature(feature: FeatureRow): object {
  return {
    code: feature.code,
    name: feature.name,
    description: feature.description,
    privileges: feature.privileges.map(toWirePrivilege),
    created_at: isoSeconds(feature.createdAt),
  }
}

/** A single privilege; only a select has a configuration. */
export function toWirePrivilege(privilege: Privilege): object {
  return {
    code: privilege.code,
    name: privilege.name,
    value_type: privilege.valueType,
    config: privilege.valueType === 'select' ? { select_options: [...privilege.selectOptions] } : {},
  }
}
