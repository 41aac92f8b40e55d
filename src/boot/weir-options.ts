import type { EnsuredOrganization } from '../actions/organizations/ensure-organization.ts'
import type { Config } from './config.ts'
import type { PinoLog } from './log.ts'
import type { Role } from './role.ts'

/** The options of one Weir process. */
export type WeirOptions = {
  readonly config: Config
  readonly log: PinoLog
  readonly role: Role
  /** Called as soon as an organization was found or created: its key is shown nowhere else. */
  readonly onOrganization: (organization: EnsuredOrganization) => void
  /** Called with the link for the first user when there is none: it is shown nowhere else. */
  readonly onOwnerLink: (url: string) => void
  /** Called when the process cannot continue. */
  readonly onLost: (reason: Error) => void
}
