import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The reason why a connection is not made: the receiver would be inside the operator's own network. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError'
  readonly code = 'private_address'
}

/** The only block of IPv6 from which addresses of the public internet are given. */
const IPV6_PUBLIC = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether an address literal (IPv6 with or without brackets) belongs to the public internet. Everything special is
 * not: private, loopback, link-local, carrier-grade NAT, multicast, unspecified, reserved, and the forms of IPv6
 * that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo). A text that is no address is not public.
 */
export function isPublicAddress(text: string): boolean {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (!ipaddr.isValid(bare)) return false
  const address = ipaddr.parse(bare)
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv4 || (address instanceof ipaddr.IPv6 && address.match(IPV6_PUBLIC))
}

/** Whether a URL's host is an address literal, which is connected to without a look-up. */
export function isAddressLiteral(host: string): boolean {
  return ipaddr.isValid(host.replace(/^\[(.*)\]$/, '$1'))
}

/**
 * A look-up for `net.connect` that answers only names all of whose addresses are public. The connection goes to
 * the very addresses that were checked, so a name that resolves differently the next time (DNS rebinding)
 * gains nothing.
 */
export function publicLookup(lookup: LookupFunction = systemLookup as LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0)
      const addresses = Array.isArray(found) ? found : []
      const [first] = addresses
      if (!first || !addresses.every((entry) => isPublicAddress(entry.address))) {
        return callback(
          new PrivateAddressError(`${hostname} is not an address of the public internet`),
          '',
          0,
        )
      }
      if (options.all) return callback(null, addresses)
      return callback(null, first.address, first.family)
    })
  }
}
