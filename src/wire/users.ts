import type { OrganizationRow } from '../store/organizations.ts'

/** What the pages for strangers need to know of the installation. */
export function toWireInstallation(installation: {
  readonly hasUsers: boolean
  readonly isSignUpOpen: boolean
  readonly sendsMail: boolean
  readonly version: string
}): object {
  return {
    has_users: installation.hasUsers,
    sign_up: installation.isSignUpOpen ? 'open' : 'closed',
    has_smtp: installation.sendsMail,
    version: installation.version,
  }
}

/** What the page of an owner link shows. */
export function toWireOwnerLink(organization: OrganizationRow): object {
  return { organization: { name: organization.name, slug: organization.slug } }
}
