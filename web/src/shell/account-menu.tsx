import type { ReactElement } from 'react'
import { send } from '../api/client.ts'
import { useSession } from '../api/session.ts'
import { Icon } from '../parts/icon.tsx'
import { goToSignIn } from '../parts/leave.ts'
import { Menu } from '../parts/menu.tsx'
import { Segments } from '../parts/tabs.tsx'
import { useDensity, useTheme } from './theme.ts'

/** Theme, density, help, sign out. */
export function AccountMenu({ onHelp }: { readonly onHelp: () => void }): ReactElement {
  const { data: session } = useSession()
  const [theme, setTheme] = useTheme()
  const [density, setDensity] = useDensity()
  const signOut = () => void send('DELETE', '/api/weir/v1/session').finally(() => goToSignIn())
  const name = session?.user.name || session?.user.email || ''
  return (
    <div className="side-foot">
      <Segments
        label="Theme"
        value={theme}
        onChange={setTheme}
        options={[
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
          { value: 'system', label: 'System' },
        ]}
      />
      <Menu
        label="Account"
        side="left"
        className="side-account"
        items={[
          ...(['comfortable', 'compact', 'dense'] as const).map((each) => ({
            label: `Density: ${each}`,
            ...(each === density ? { icon: 'check' as const } : {}),
            onSelect: () => setDensity(each),
          })),
          { label: 'Keyboard shortcuts', icon: 'help' as const, onSelect: onHelp },
          {
            label: 'API reference',
            icon: 'code' as const,
            onSelect: () => window.open('/docs', '_blank', 'noopener'),
          },
          { label: 'Sign out', icon: 'signOut' as const, onSelect: signOut },
        ]}
      >
        <span className="avatar" aria-hidden="true">
          {name.charAt(0).toUpperCase()}
        </span>
        <span className="clip grow">{name}</span>
        <Icon name="more" />
      </Menu>
    </div>
  )
}
