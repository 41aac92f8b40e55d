import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Connection refused because the receiver is in the operator's private network. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError'
  readonly code = 'private_address'
}

/** The only IPv6 block from which public addresses are assigned. */
const IPV6_PUBLIC = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether an address literal (IPv6 with or without brackets) belongs to the public internet. Special ranges do not:
 * private, loopback, link-local, carrier-grade NAT, multicast, unspecified, reserved, and IPv6 forms that embed an
 * IPv4 address (mapped, NAT64, 6to4, Teredo). Neither does a text that is not an address.
 */
export function isPublicAddress(text: string): boolean {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (!ipaddr.isValid(bare)) return false
  const address = ipaddr.parse(bare)
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv4 || (address instanceof ipaddr.IPv6 && address.match(IPV6_PUBLIC))
}

/** Whether a URL's host is an address literal, which needs no lookup. */
export function isAddressLiteral(host: string): boolean {
  return ipaddr.isValid(host.replace(/^\[(.*)\]$/, '$1'))
}

/**
 * A lookup for `net.connect` that only resolves names whose addresses are all public. The connection uses exactly the
 * addresses that were checked, which prevents DNS rebinding.
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
