import type { ChargeModel } from './charge-model.ts'
import { custom } from './custom.ts'
import { dynamic } from './dynamic.ts'
import { graduated } from './graduated.ts'
import { graduatedPercentage } from './graduated-percentage.ts'
import { packageModel } from './package.ts'
import { percentage } from './percentage.ts'
import { standard } from './standard.ts'
import { volume } from './volume.ts'

/** Every charge model. A new one is one file beside this one and one line here. */
const registry = {
  standard,
  graduated,
  package: packageModel,
  percentage,
  volume,
  graduated_percentage: graduatedPercentage,
  custom,
  dynamic,
} satisfies Readonly<Record<string, ChargeModel>>

export type ChargeModelName = keyof typeof registry

export const chargeModels: Readonly<Record<ChargeModelName, ChargeModel>> = registry

/** The names that the API accepts as `charge_model`, in the order of the registry. */
export const CHARGE_MODELS = Object.keys(registry) as readonly ChargeModelName[]

/** True when the text names a charge model. */
export function isChargeModelName(name: unknown): name is ChargeModelName {
  return typeof name === 'string' && Object.hasOwn(registry, name)
}
