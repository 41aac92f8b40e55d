import { useMatch } from '@tanstack/react-router'
import type { ComponentType, ReactElement } from 'react'
import { permissionsOfPage } from '../page-permissions.ts'
import { useMayOpen } from '../parts/link.tsx'
import { Page } from '../parts/page.tsx'
import { Forbidden } from '../parts/states.tsx'

/** A page for those who may see it; others read what they miss, and who can grant it. */
export function guarded<P extends object>(
  route: string,
  Shown: ComponentType<P>,
): (props: P) => ReactElement {
  const [permission = 'unknown'] = permissionsOfPage(route)
  return function Guarded(props: P): ReactElement {
    // Of this page: the address is already that of the next one while its code is loading.
    const path = useMatch({ strict: false, select: ({ pathname }) => pathname.replace(/\/$/, '') })
    if (useMayOpen()(path)) return <Shown {...props} />
    return (
      <Page title="No access">
        <Forbidden permission={permission} />
      </Page>
    )
  }
}
