import type { ReactElement } from 'react'
import { useSession } from '../api/session.ts'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../parts/link.tsx'
import { PlainPage } from './plain-page.tsx'

/** The organizations of the person who is signed in. */
export function SelectOrganization(): ReactElement {
  const { data: session } = useSession()
  const memberships = session?.memberships ?? []
  return (
    <PlainPage
      title="Choose an organization"
      lead={
        memberships.length === 0
          ? 'You are in no organization yet. Ask an administrator to invite you.'
          : undefined
      }
    >
      <ul className="stack-tight">
        {memberships.map(({ organization, roles }) => (
          <li key={organization.id}>
            <Link className="organization-link" href={`/${organization.slug}`}>
              <span className="grow">
                <strong>{organization.name}</strong>
                <span className="caption">
                  {organization.is_sandbox ? 'Sandbox · ' : ''}
                  {roles.join(', ')}
                </span>
              </span>
              <Icon name="right" />
            </Link>
          </li>
        ))}
      </ul>
    </PlainPage>
  )
}
