import type { EnsuredOrganization } from '../actions/organizations/ensure-organization.ts'
import type { Config } from './config.ts'
import type { PinoLog } from './log.ts'
import type { Role } from './role.ts'

/** What one process of Weir is started with. */
export type WeirOptions = {
  readonly config: Config
  readonly log: PinoLog
  readonly role: Role
  /** Called as soon as an organization was found or made: its key exists nowhere else. */
  readonly onOrganization: (organization: EnsuredOrganization) => void
  /** Called when the process can not go on. */
  readonly onLost: (reason: Error) => void
}
