// Made by scripts/generate-web-types.mjs from the API's own description.

export type Organization = {
  lago_id: string
  name: string
  slug: string
  created_at: string
  webhook_url: string | null
  webhook_urls: readonly string[]
  default_currency: string
  country: string | null
  address_line1: string | null
  address_line2: string | null
  state: string | null
  zipcode: string | null
  email: string | null
  city: string | null
  legal_name: string | null
  legal_number: string | null
  timezone: string
  net_payment_term: number
  email_settings: readonly ('invoice.finalized' | 'credit_note.created' | 'payment_receipt.created')[]
  document_number_prefix: string
  tax_identification_number: string | null
  finalize_zero_amount_invoice: boolean
  document_numbering: 'per_customer' | 'per_organization'
  billing_configuration: {
    invoice_footer: string | null
    invoice_grace_period: number
    document_locale: 'en' | 'fr' | 'nb' | 'de' | 'it' | 'es' | 'sv' | 'pt-BR' | 'zh-TW'
  }
  events_store: 'postgres' | 'clickhouse'
  taxes?: readonly {
    lago_id: string
    name: string
    code: string
    rate: number
    description: string | null
    applied_to_organization: boolean
    einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
    einvoice_exemption_code: string | null
    einvoice_exemption_reason: string | null
    applied_to_billing_entities_codes?: readonly string[]
    add_ons_count: number
    customers_count: number
    plans_count: number
    charges_count: number
    commitments_count: number
    created_at: string
  }[]
}

export type BillableMetric = {
  lago_id: string
  name: string
  code: string
  description: string | null
  aggregation_type:
    | 'count_agg'
    | 'sum_agg'
    | 'max_agg'
    | 'unique_count_agg'
    | 'weighted_sum_agg'
    | 'latest_agg'
  weighted_interval: 'seconds' | null
  recurring: boolean
  rounding_function: 'round' | 'ceil' | 'floor' | null
  rounding_precision: number | null
  created_at: string
  field_name: string | null
  expression?: string
  filters: readonly {
    key: string
    values: readonly string[]
  }[]
  active_subscriptions_count?: number
  draft_invoices_count?: number
  plans_count?: number
}

export type Plan = {
  lago_id: string
  name: string
  invoice_display_name?: string
  created_at: string
  code: string
  interval: 'weekly' | 'monthly' | 'quarterly' | 'semiannual' | 'yearly'
  description?: string
  amount_cents: number
  amount_currency:
    | 'AED'
    | 'AFN'
    | 'ALL'
    | 'AMD'
    | 'ANG'
    | 'AOA'
    | 'ARS'
    | 'AUD'
    | 'AWG'
    | 'AZN'
    | 'BAM'
    | 'BBD'
    | 'BDT'
    | 'BGN'
    | 'BIF'
    | 'BMD'
    | 'BND'
    | 'BOB'
    | 'BRL'
    | 'BSD'
    | 'BWP'
    | 'BYN'
    | 'BZD'
    | 'CAD'
    | 'CDF'
    | 'CHF'
    | 'CLF'
    | 'CLP'
    | 'CNY'
    | 'COP'
    | 'CRC'
    | 'CVE'
    | 'CZK'
    | 'DJF'
    | 'DKK'
    | 'DOP'
    | 'DZD'
    | 'EGP'
    | 'ETB'
    | 'EUR'
    | 'FJD'
    | 'FKP'
    | 'GBP'
    | 'GEL'
    | 'GHS'
    | 'GIP'
    | 'GMD'
    | 'GNF'
    | 'GTQ'
    | 'GYD'
    | 'HKD'
    | 'HNL'
    | 'HRK'
    | 'HTG'
    | 'HUF'
    | 'IDR'
    | 'ILS'
    | 'INR'
    | 'ISK'
    | 'JMD'
    | 'JPY'
    | 'KES'
    | 'KGS'
    | 'KHR'
    | 'KMF'
    | 'KRW'
    | 'KYD'
    | 'KZT'
    | 'LAK'
    | 'LBP'
    | 'LKR'
    | 'LRD'
    | 'LSL'
    | 'MAD'
    | 'MDL'
    | 'MGA'
    | 'MKD'
    | 'MMK'
    | 'MNT'
    | 'MOP'
    | 'MRO'
    | 'MUR'
    | 'MVR'
    | 'MWK'
    | 'MXN'
    | 'MYR'
    | 'MZN'
    | 'NAD'
    | 'NGN'
    | 'NIO'
    | 'NOK'
    | 'NPR'
    | 'NZD'
    | 'PAB'
    | 'PEN'
    | 'PGK'
    | 'PHP'
    | 'PKR'
    | 'PLN'
    | 'PYG'
    | 'QAR'
    | 'RON'
    | 'RSD'
    | 'RUB'
    | 'RWF'
    | 'SAR'
    | 'SBD'
    | 'SCR'
    | 'SEK'
    | 'SGD'
    | 'SHP'
    | 'SLL'
    | 'SOS'
    | 'SRD'
    | 'STD'
    | 'SZL'
    | 'THB'
    | 'TJS'
    | 'TOP'
    | 'TRY'
    | 'TTD'
    | 'TWD'
    | 'TZS'
    | 'UAH'
    | 'UGX'
    | 'USD'
    | 'UYU'
    | 'UZS'
    | 'VND'
    | 'VUV'
    | 'WST'
    | 'XAF'
    | 'XCD'
    | 'XOF'
    | 'XPF'
    | 'YER'
    | 'ZAR'
    | 'ZMW'
  trial_period: number | null
  pay_in_advance: boolean
  bill_charges_monthly: boolean | null
  bill_fixed_charges_monthly: boolean | null
  customers_count: number
  active_subscriptions_count: number
  draft_invoices_count: number
  parent_id: string | null
  pending_deletion: boolean
  metadata?: Record<string, unknown> | null
  minimum_commitment?: {
    lago_id: string
    plan_code: string
    invoice_display_name?: string
    amount_cents: number
    interval: 'weekly' | 'monthly' | 'quarterly' | 'semiannual' | 'yearly'
    created_at: string
    updated_at: string
    taxes: readonly {
      lago_id: string
      name: string
      code: string
      rate: number
      description: string | null
      applied_to_organization: boolean
      einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
      einvoice_exemption_code: string | null
      einvoice_exemption_reason: string | null
      applied_to_billing_entities_codes?: readonly string[]
      add_ons_count: number
      customers_count: number
      plans_count: number
      charges_count: number
      commitments_count: number
      created_at: string
    }[]
  }
  charges: readonly {
    lago_id: string
    lago_billable_metric_id: string
    billable_metric_code: string
    code: string
    invoice_display_name: string | null
    created_at: string
    charge_model:
      | 'standard'
      | 'graduated'
      | 'package'
      | 'percentage'
      | 'volume'
      | 'graduated_percentage'
      | 'custom'
      | 'dynamic'
    invoiceable: boolean
    regroup_paid_fees: 'invoice' | null
    pay_in_advance: boolean
    prorated: boolean
    min_amount_cents: number
    properties:
      | {
          amount: string
          pricing_group_keys?: readonly string[]
          grouped_by?: readonly string[]
          presentation_group_keys?: readonly {
            value: string
            options?: {
              display_in_invoice?: boolean
            }
          }[]
        }
      | {
          graduated_ranges: readonly {
            from_value: number | string
            to_value: number | string | null
            per_unit_amount: string
            flat_amount: string
          }[]
          pricing_group_keys?: readonly string[]
          grouped_by?: readonly string[]
          presentation_group_keys?: readonly {
            value: string
            options?: {
              display_in_invoice?: boolean
            }
          }[]
        }
      | {
          amount: string
          free_units: number
          package_size: number
          pricing_group_keys?: readonly string[]
          grouped_by?: readonly string[]
          presentation_group_keys?: readonly {
            value: string
            options?: {
              display_in_invoice?: boolean
            }
          }[]
        }
      | {
          rate: string
          fixed_amount?: string | null
          free_units_per_events?: number | null
          free_units_per_total_aggregation?: string | null
          per_transaction_min_amount?: string | null
          per_transaction_max_amount?: string | null
          pricing_group_keys?: readonly string[]
          grouped_by?: readonly string[]
          presentation_group_keys?: readonly {
            value: string
            options?: {
              display_in_invoice?: boolean
            }
          }[]
        }
      | {
          volume_ranges: readonly {
            from_value: number | string
            to_value: number | string | null
            per_unit_amount: string
            flat_amount: string
          }[]
          pricing_group_keys?: readonly string[]
          grouped_by?: readonly string[]
          presentation_group_keys?: readonly {
            value: string
            options?: {
              display_in_invoice?: boolean
            }
          }[]
        }
      | {
          graduated_percentage_ranges: readonly {
            from_value: number | string
            to_value: number | string | null
            rate: string
            flat_amount: string
          }[]
          pricing_group_keys?: readonly string[]
          grouped_by?: readonly string[]
          presentation_group_keys?: readonly {
            value: string
            options?: {
              display_in_invoice?: boolean
            }
          }[]
        }
      | {
          pricing_group_keys?: readonly string[]
          grouped_by?: readonly string[]
          presentation_group_keys?: readonly {
            value: string
            options?: {
              display_in_invoice?: boolean
            }
          }[]
        }
    accepts_target_wallet: boolean
    lago_parent_id: string | null
    filters: readonly {
      lago_id: string
      charge_code: string
      invoice_display_name: string | null
      properties:
        | {
            amount: string
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            graduated_ranges: readonly {
              from_value: number | string
              to_value: number | string | null
              per_unit_amount: string
              flat_amount: string
            }[]
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            amount: string
            free_units: number
            package_size: number
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            rate: string
            fixed_amount?: string | null
            free_units_per_events?: number | null
            free_units_per_total_aggregation?: string | null
            per_transaction_min_amount?: string | null
            per_transaction_max_amount?: string | null
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            volume_ranges: readonly {
              from_value: number | string
              to_value: number | string | null
              per_unit_amount: string
              flat_amount: string
            }[]
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            graduated_percentage_ranges: readonly {
              from_value: number | string
              to_value: number | string | null
              rate: string
              flat_amount: string
            }[]
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
      values: Record<string, unknown>
    }[]
    taxes: readonly {
      lago_id: string
      name: string
      code: string
      rate: number
      description: string | null
      applied_to_organization: boolean
      einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
      einvoice_exemption_code: string | null
      einvoice_exemption_reason: string | null
      applied_to_billing_entities_codes?: readonly string[]
      add_ons_count: number
      customers_count: number
      plans_count: number
      charges_count: number
      commitments_count: number
      created_at: string
    }[]
    applied_pricing_unit: {
      code: string
      conversion_rate: string
    } | null
  }[]
  fixed_charges?: readonly {
    lago_id: string
    lago_add_on_id: string
    add_on_code: string
    code: string
    invoice_display_name: string | null
    charge_model: 'standard' | 'graduated' | 'volume'
    pay_in_advance: boolean
    prorated: boolean
    units: string
    properties: {
      amount?: string
      graduated_ranges?: readonly {
        from_value: number
        to_value: number | null
        flat_amount: string
        per_unit_amount: string
      }[]
      volume_ranges?: readonly {
        from_value: number
        to_value: number | null
        flat_amount: string
        per_unit_amount: string
      }[]
    }
    lago_parent_id: string | null
    taxes: readonly {
      lago_id: string
      name: string
      code: string
      rate: number
      description: string | null
      applied_to_organization: boolean
      einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
      einvoice_exemption_code: string | null
      einvoice_exemption_reason: string | null
      applied_to_billing_entities_codes?: readonly string[]
      add_ons_count: number
      customers_count: number
      plans_count: number
      charges_count: number
      commitments_count: number
      created_at: string
    }[]
    created_at: string
  }[]
  taxes: readonly {
    lago_id: string
    name: string
    code: string
    rate: number
    description: string | null
    applied_to_organization: boolean
    einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
    einvoice_exemption_code: string | null
    einvoice_exemption_reason: string | null
    applied_to_billing_entities_codes?: readonly string[]
    add_ons_count: number
    customers_count: number
    plans_count: number
    charges_count: number
    commitments_count: number
    created_at: string
  }[]
  usage_thresholds: readonly {
    lago_id: string
    threshold_display_name: string | null
    amount_cents: number
    recurring: boolean
    created_at: string
    updated_at: string
  }[]
  applicable_usage_thresholds: readonly {
    threshold_display_name: string | null
    amount_cents: number
    recurring: boolean
  }[]
  entitlements: readonly {
    code: string
    name: string | null
    description: string | null
    privileges: readonly {
      code: string
      name: string | null
      value_type: 'integer' | 'boolean' | 'string' | 'select'
      config: {
        select_options?: readonly string[]
      }
      value: number | boolean | string | null
    }[]
  }[]
}

export type PlanVersion = {
  number: number
  created_at: string
  source: 'api' | 'front' | 'system' | 'admin' | 'portal'
  user_email: string | null
  lago_api_key_id: string | null
  api_key_name: string | null
  restored_from: number | null
  cascade_updates: boolean
  changes: readonly {
    part: 'plan' | 'minimum_commitment' | 'usage_thresholds' | 'charge' | 'fixed_charge'
    kind: 'added' | 'removed' | 'changed'
    id: string | null
    code: string | null
    name: string | null
    filter_values: Record<string, unknown> | null
    tier: {
      from_value: unknown
      to_value: unknown
    } | null
    field: string | null
    before: unknown
    after: unknown
  }[]
}

export type PlanChangePreview = {
  changes: readonly {
    part: 'plan' | 'minimum_commitment' | 'usage_thresholds' | 'charge' | 'fixed_charge'
    kind: 'added' | 'removed' | 'changed'
    id: string | null
    code: string | null
    name: string | null
    filter_values: Record<string, unknown> | null
    tier: {
      from_value: unknown
      to_value: unknown
    } | null
    field: string | null
    before: unknown
    after: unknown
  }[]
  subscriptions_on_plan_count: number
  overridden_subscriptions_count: number
  keeping_subscriptions_count: number
  keeping_subscriptions: readonly {
    external_id: string
    name: string | null
    external_customer_id: string
    kept_prices: readonly {
      part: 'plan' | 'charge' | 'fixed_charge'
      code: string | null
      name: string | null
      filter_values: Record<string, unknown> | null
      amount_cents: number | null
      price: {
        charge_model: string
        properties: Record<string, unknown>
      } | null
      units: string | null
    }[]
  }[]
}

export type Customer = {
  lago_id: string
  billing_entity_code: string
  external_id: string
  account_type: 'customer' | 'partner'
  sequential_id: number
  slug: string
  created_at: string
  updated_at: string
  name: string | null
  firstname: string | null
  lastname: string | null
  address_line1?: string | null
  address_line2?: string | null
  city?: string | null
  zipcode?: string | null
  state?: string | null
  country?: string | null
  email: string | null
  url: string | null
  phone: string | null
  logo_url: string | null
  legal_name: string | null
  legal_number: string | null
  currency: string | null
  tax_identification_number: string | null
  timezone: string | null
  external_salesforce_id: string | null
  customer_type: 'company' | 'individual' | null
  net_payment_term: number | null
  finalize_zero_amount_invoice: 'inherit' | 'skip' | 'finalize'
  shipping_address: {
    address_line1?: string | null
    address_line2?: string | null
    city?: string | null
    zipcode?: string | null
    state?: string | null
    country?: string | null
  }
  skip_invoice_custom_sections: boolean
  applicable_timezone: string
  billing_configuration: {
    invoice_grace_period?: number | null
    subscription_invoice_issuing_date_anchor?: 'current_period_end' | 'next_period_start' | null
    subscription_invoice_issuing_date_adjustment?: 'keep_anchor' | 'align_with_finalization_date' | null
    payment_provider?: string | null
    payment_provider_code?: string | null
    document_locale?: 'en' | 'fr' | 'nb' | 'de' | 'it' | 'es' | 'sv' | 'pt-BR' | 'zh-TW' | null
    provider_customer_id?: string
    sync?: boolean
    sync_with_provider?: boolean
    provider_payment_methods?: readonly string[]
  }
  metadata: readonly {
    lago_id: string
    key: string
    value: string
    display_in_invoice: boolean
    created_at: string
  }[]
  taxes: readonly {
    lago_id: string
    name: string
    code: string
    rate: number
    description: string | null
    applied_to_organization: boolean
    einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
    einvoice_exemption_code: string | null
    einvoice_exemption_reason: string | null
    applied_to_billing_entities_codes?: readonly string[]
    add_ons_count: number
    customers_count: number
    plans_count: number
    charges_count: number
    commitments_count: number
    created_at: string
  }[]
  integration_customers: readonly {
    lago_id: string
    type: 'netsuite' | 'anrok' | 'avalara' | 'xero' | 'hubspot' | 'salesforce'
    integration_code: string
    external_customer_id: string | null
    sync_with_provider?: boolean | null
    subsidiary_id?: string
    targeted_object?: string | null
    email?: string | null
  }[]
  applicable_invoice_custom_sections?: readonly {
    lago_id: string
    code: string
    name: string
    description: string | null
    details: string | null
    display_name: string | null
    organization_id: string
    applied_to_organization?: boolean
    created_at?: string
  }[]
  error_details?: readonly {
    lago_id: string | null
    error_code: string
    details: Record<string, unknown>
  }[]
}

export type Subscription = {
  lago_id: string
  external_id: string
  lago_customer_id: string
  external_customer_id: string
  billing_entity_code: string
  name: string | null
  plan_code: string
  plan_amount_cents: number
  plan_amount_currency: string
  status: 'pending' | 'incomplete' | 'active' | 'terminated' | 'canceled'
  billing_time: 'calendar' | 'anniversary'
  subscription_at: string
  started_at: string | null
  activated_at: string | null
  trial_ended_at: string | null
  ending_at: string | null
  terminated_at: string | null
  canceled_at: string | null
  created_at: string
  previous_plan_code: string | null
  next_plan_code: string | null
  downgrade_plan_date: string | null
  current_billing_period_started_at: string | null
  current_billing_period_ending_at: string | null
  on_termination_credit_note: 'credit' | 'refund' | 'offset' | 'skip' | null
  on_termination_invoice: 'generate' | 'skip'
  progressive_billing_disabled: boolean
  consolidate_invoice: boolean
  purchase_order_number: string | null
  cancellation_reason: 'payment_failed' | 'timeout' | null
  payment_method: {
    payment_method_type?: 'provider' | 'manual'
    payment_method_id?: string | null
  }
  activation_rules: readonly {
    lago_id: string
    type: 'payment'
    timeout_hours: number
    status: 'inactive' | 'pending' | 'satisfied' | 'declined' | 'failed' | 'expired' | 'not_applicable'
    expires_at?: string | null
    created_at: string
    updated_at: string
  }[]
  plan: {
    lago_id: string
    name: string
    invoice_display_name?: string
    created_at: string
    code: string
    interval: 'weekly' | 'monthly' | 'quarterly' | 'semiannual' | 'yearly'
    description?: string
    amount_cents: number
    amount_currency:
      | 'AED'
      | 'AFN'
      | 'ALL'
      | 'AMD'
      | 'ANG'
      | 'AOA'
      | 'ARS'
      | 'AUD'
      | 'AWG'
      | 'AZN'
      | 'BAM'
      | 'BBD'
      | 'BDT'
      | 'BGN'
      | 'BIF'
      | 'BMD'
      | 'BND'
      | 'BOB'
      | 'BRL'
      | 'BSD'
      | 'BWP'
      | 'BYN'
      | 'BZD'
      | 'CAD'
      | 'CDF'
      | 'CHF'
      | 'CLF'
      | 'CLP'
      | 'CNY'
      | 'COP'
      | 'CRC'
      | 'CVE'
      | 'CZK'
      | 'DJF'
      | 'DKK'
      | 'DOP'
      | 'DZD'
      | 'EGP'
      | 'ETB'
      | 'EUR'
      | 'FJD'
      | 'FKP'
      | 'GBP'
      | 'GEL'
      | 'GHS'
      | 'GIP'
      | 'GMD'
      | 'GNF'
      | 'GTQ'
      | 'GYD'
      | 'HKD'
      | 'HNL'
      | 'HRK'
      | 'HTG'
      | 'HUF'
      | 'IDR'
      | 'ILS'
      | 'INR'
      | 'ISK'
      | 'JMD'
      | 'JPY'
      | 'KES'
      | 'KGS'
      | 'KHR'
      | 'KMF'
      | 'KRW'
      | 'KYD'
      | 'KZT'
      | 'LAK'
      | 'LBP'
      | 'LKR'
      | 'LRD'
      | 'LSL'
      | 'MAD'
      | 'MDL'
      | 'MGA'
      | 'MKD'
      | 'MMK'
      | 'MNT'
      | 'MOP'
      | 'MRO'
      | 'MUR'
      | 'MVR'
      | 'MWK'
      | 'MXN'
      | 'MYR'
      | 'MZN'
      | 'NAD'
      | 'NGN'
      | 'NIO'
      | 'NOK'
      | 'NPR'
      | 'NZD'
      | 'PAB'
      | 'PEN'
      | 'PGK'
      | 'PHP'
      | 'PKR'
      | 'PLN'
      | 'PYG'
      | 'QAR'
      | 'RON'
      | 'RSD'
      | 'RUB'
      | 'RWF'
      | 'SAR'
      | 'SBD'
      | 'SCR'
      | 'SEK'
      | 'SGD'
      | 'SHP'
      | 'SLL'
      | 'SOS'
      | 'SRD'
      | 'STD'
      | 'SZL'
      | 'THB'
      | 'TJS'
      | 'TOP'
      | 'TRY'
      | 'TTD'
      | 'TWD'
      | 'TZS'
      | 'UAH'
      | 'UGX'
      | 'USD'
      | 'UYU'
      | 'UZS'
      | 'VND'
      | 'VUV'
      | 'WST'
      | 'XAF'
      | 'XCD'
      | 'XOF'
      | 'XPF'
      | 'YER'
      | 'ZAR'
      | 'ZMW'
    trial_period: number | null
    pay_in_advance: boolean
    bill_charges_monthly: boolean | null
    bill_fixed_charges_monthly: boolean | null
    customers_count: number
    active_subscriptions_count: number
    draft_invoices_count: number
    parent_id: string | null
    pending_deletion: boolean
    metadata?: Record<string, unknown> | null
    minimum_commitment?: {
      lago_id: string
      plan_code: string
      invoice_display_name?: string
      amount_cents: number
      interval: 'weekly' | 'monthly' | 'quarterly' | 'semiannual' | 'yearly'
      created_at: string
      updated_at: string
      taxes: readonly {
        lago_id: string
        name: string
        code: string
        rate: number
        description: string | null
        applied_to_organization: boolean
        einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
        einvoice_exemption_code: string | null
        einvoice_exemption_reason: string | null
        applied_to_billing_entities_codes?: readonly string[]
        add_ons_count: number
        customers_count: number
        plans_count: number
        charges_count: number
        commitments_count: number
        created_at: string
      }[]
    }
    charges: readonly {
      lago_id: string
      lago_billable_metric_id: string
      billable_metric_code: string
      code: string
      invoice_display_name: string | null
      created_at: string
      charge_model:
        | 'standard'
        | 'graduated'
        | 'package'
        | 'percentage'
        | 'volume'
        | 'graduated_percentage'
        | 'custom'
        | 'dynamic'
      invoiceable: boolean
      regroup_paid_fees: 'invoice' | null
      pay_in_advance: boolean
      prorated: boolean
      min_amount_cents: number
      properties:
        | {
            amount: string
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            graduated_ranges: readonly {
              from_value: number | string
              to_value: number | string | null
              per_unit_amount: string
              flat_amount: string
            }[]
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            amount: string
            free_units: number
            package_size: number
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            rate: string
            fixed_amount?: string | null
            free_units_per_events?: number | null
            free_units_per_total_aggregation?: string | null
            per_transaction_min_amount?: string | null
            per_transaction_max_amount?: string | null
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            volume_ranges: readonly {
              from_value: number | string
              to_value: number | string | null
              per_unit_amount: string
              flat_amount: string
            }[]
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            graduated_percentage_ranges: readonly {
              from_value: number | string
              to_value: number | string | null
              rate: string
              flat_amount: string
            }[]
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
        | {
            pricing_group_keys?: readonly string[]
            grouped_by?: readonly string[]
            presentation_group_keys?: readonly {
              value: string
              options?: {
                display_in_invoice?: boolean
              }
            }[]
          }
      accepts_target_wallet: boolean
      lago_parent_id: string | null
      filters: readonly {
        lago_id: string
        charge_code: string
        invoice_display_name: string | null
        properties:
          | {
              amount: string
              pricing_group_keys?: readonly string[]
              grouped_by?: readonly string[]
              presentation_group_keys?: readonly {
                value: string
                options?: {
                  display_in_invoice?: boolean
                }
              }[]
            }
          | {
              graduated_ranges: readonly {
                from_value: number | string
                to_value: number | string | null
                per_unit_amount: string
                flat_amount: string
              }[]
              pricing_group_keys?: readonly string[]
              grouped_by?: readonly string[]
              presentation_group_keys?: readonly {
                value: string
                options?: {
                  display_in_invoice?: boolean
                }
              }[]
            }
          | {
              amount: string
              free_units: number
              package_size: number
              pricing_group_keys?: readonly string[]
              grouped_by?: readonly string[]
              presentation_group_keys?: readonly {
                value: string
                options?: {
                  display_in_invoice?: boolean
                }
              }[]
            }
          | {
              rate: string
              fixed_amount?: string | null
              free_units_per_events?: number | null
              free_units_per_total_aggregation?: string | null
              per_transaction_min_amount?: string | null
              per_transaction_max_amount?: string | null
              pricing_group_keys?: readonly string[]
              grouped_by?: readonly string[]
              presentation_group_keys?: readonly {
                value: string
                options?: {
                  display_in_invoice?: boolean
                }
              }[]
            }
          | {
              volume_ranges: readonly {
                from_value: number | string
                to_value: number | string | null
                per_unit_amount: string
                flat_amount: string
              }[]
              pricing_group_keys?: readonly string[]
              grouped_by?: readonly string[]
              presentation_group_keys?: readonly {
                value: string
                options?: {
                  display_in_invoice?: boolean
                }
              }[]
            }
          | {
              graduated_percentage_ranges: readonly {
                from_value: number | string
                to_value: number | string | null
                rate: string
                flat_amount: string
              }[]
              pricing_group_keys?: readonly string[]
              grouped_by?: readonly string[]
              presentation_group_keys?: readonly {
                value: string
                options?: {
                  display_in_invoice?: boolean
                }
              }[]
            }
          | {
              pricing_group_keys?: readonly string[]
              grouped_by?: readonly string[]
              presentation_group_keys?: readonly {
                value: string
                options?: {
                  display_in_invoice?: boolean
                }
              }[]
            }
        values: Record<string, unknown>
      }[]
      taxes: readonly {
        lago_id: string
        name: string
        code: string
        rate: number
        description: string | null
        applied_to_organization: boolean
        einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
        einvoice_exemption_code: string | null
        einvoice_exemption_reason: string | null
        applied_to_billing_entities_codes?: readonly string[]
        add_ons_count: number
        customers_count: number
        plans_count: number
        charges_count: number
        commitments_count: number
        created_at: string
      }[]
      applied_pricing_unit: {
        code: string
        conversion_rate: string
      } | null
    }[]
    fixed_charges?: readonly {
      lago_id: string
      lago_add_on_id: string
      add_on_code: string
      code: string
      invoice_display_name: string | null
      charge_model: 'standard' | 'graduated' | 'volume'
      pay_in_advance: boolean
      prorated: boolean
      units: string
      properties: {
        amount?: string
        graduated_ranges?: readonly {
          from_value: number
          to_value: number | null
          flat_amount: string
          per_unit_amount: string
        }[]
        volume_ranges?: readonly {
          from_value: number
          to_value: number | null
          flat_amount: string
          per_unit_amount: string
        }[]
      }
      lago_parent_id: string | null
      taxes: readonly {
        lago_id: string
        name: string
        code: string
        rate: number
        description: string | null
        applied_to_organization: boolean
        einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
        einvoice_exemption_code: string | null
        einvoice_exemption_reason: string | null
        applied_to_billing_entities_codes?: readonly string[]
        add_ons_count: number
        customers_count: number
        plans_count: number
        charges_count: number
        commitments_count: number
        created_at: string
      }[]
      created_at: string
    }[]
    taxes: readonly {
      lago_id: string
      name: string
      code: string
      rate: number
      description: string | null
      applied_to_organization: boolean
      einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
      einvoice_exemption_code: string | null
      einvoice_exemption_reason: string | null
      applied_to_billing_entities_codes?: readonly string[]
      add_ons_count: number
      customers_count: number
      plans_count: number
      charges_count: number
      commitments_count: number
      created_at: string
    }[]
    usage_thresholds: readonly {
      lago_id: string
      threshold_display_name: string | null
      amount_cents: number
      recurring: boolean
      created_at: string
      updated_at: string
    }[]
    applicable_usage_thresholds: readonly {
      threshold_display_name: string | null
      amount_cents: number
      recurring: boolean
    }[]
    entitlements: readonly {
      code: string
      name: string | null
      description: string | null
      privileges: readonly {
        code: string
        name: string | null
        value_type: 'integer' | 'boolean' | 'string' | 'select'
        config: {
          select_options?: readonly string[]
        }
        value: number | boolean | string | null
      }[]
    }[]
  }
  entitlements: readonly {
    code: string
    name: string | null
    description: string | null
    privileges: readonly {
      code: string
      name: string | null
      value_type: 'integer' | 'boolean' | 'string' | 'select'
      config: {
        select_options?: readonly string[]
      }
      value: number | boolean | string | null
      plan_value: number | boolean | string | null
      override_value: number | boolean | string | null
    }[]
    overrides: Record<string, unknown>
  }[]
  applicable_usage_thresholds: readonly {
    threshold_display_name: string | null
    amount_cents: number
    recurring: boolean
  }[]
  applied_invoice_custom_sections: readonly {
    lago_id: string
    created_at: string
    invoice_custom_section: {
      lago_id: string
      code: string
      name: string
      description: string | null
      details: string | null
      display_name: string | null
      organization_id: string
      applied_to_organization?: boolean
      created_at?: string
    }
    invoice_custom_section_id?: string
  }[]
}

export type OneOffPreview = {
  currency: string
  fees: readonly {
    add_on_code: string
    name: string
    units: string
    precise_unit_amount: string
    amount_cents: number
    taxes_amount_cents: number
  }[]
  fees_amount_cents: number
  applied_taxes: readonly {
    tax_code: string
    tax_name: string
    tax_rate: string
    amount_cents: number
  }[]
  taxes_amount_cents: number
  total_amount_cents: number
}

export type SubscriptionPreview = {
  timezone: string
  starts_at: string
  bills: readonly {
    billing_at: string
    billing_date: string
    price: {
      from_date: string
      to_date: string
    } | null
    usage: {
      from_date: string
      to_date: string
    } | null
  }[]
  unbilled_periods: readonly {
    from_date: string
    to_date: string
    is_price_billed: boolean
    is_usage_billed: boolean
  }[]
  unbilled_periods_count: number
}

export type TerminationPreview = {
  invoice: {
    lago_id: string
    billing_entity_code: string
    sequential_id?: number
    number: string
    purchase_order_number: string | null
    issuing_date: string
    payment_due_date?: string
    net_payment_term: number
    invoice_type: 'subscription' | 'add_on' | 'credit' | 'one_off' | 'advance_charges' | 'progressive_billing'
    status: 'draft' | 'finalized' | 'voided' | 'failed' | 'pending' | 'deleted'
    payment_status: 'pending' | 'succeeded' | 'failed'
    payment_dispute_lost_at?: string
    payment_overdue: boolean
    currency: string
    fees_amount_cents: number
    progressive_billing_credit_amount_cents: number
    coupons_amount_cents: number
    sub_total_excluding_taxes_amount_cents: number
    taxes_amount_cents: number
    sub_total_including_taxes_amount_cents: number
    credit_notes_amount_cents: number
    prepaid_credit_amount_cents: number
    prepaid_granted_credit_amount_cents: number | null
    prepaid_purchased_credit_amount_cents: number | null
    total_amount_cents: number
    total_due_amount_cents: number
    total_paid_amount_cents: number
    total_offsetted_credit_note_amount_cents: number
    file_url?: string
    xml_url: string | null
    web_url: string
    version_number: number
    self_billed: boolean
    created_at: string
    updated_at: string
    voided_at: string | null
    customer: {
      lago_id: string
      billing_entity_code: string
      external_id: string
      account_type: 'customer' | 'partner'
      sequential_id: number
      slug: string
      created_at: string
      updated_at: string
      name: string | null
      firstname: string | null
      lastname: string | null
      address_line1?: string | null
      address_line2?: string | null
      city?: string | null
      zipcode?: string | null
      state?: string | null
      country?: string | null
      email: string | null
      url: string | null
      phone: string | null
      logo_url: string | null
      legal_name: string | null
      legal_number: string | null
      currency: string | null
      tax_identification_number: string | null
      timezone: string | null
      external_salesforce_id: string | null
      customer_type: 'company' | 'individual' | null
      net_payment_term: number | null
      finalize_zero_amount_invoice: 'inherit' | 'skip' | 'finalize'
      shipping_address: {
        address_line1?: string | null
        address_line2?: string | null
        city?: string | null
        zipcode?: string | null
        state?: string | null
        country?: string | null
      }
      skip_invoice_custom_sections: boolean
      applicable_timezone: string
      billing_configuration: {
        invoice_grace_period?: number | null
        subscription_invoice_issuing_date_anchor?: 'current_period_end' | 'next_period_start' | null
        subscription_invoice_issuing_date_adjustment?: 'keep_anchor' | 'align_with_finalization_date' | null
        payment_provider?: string | null
        payment_provider_code?: string | null
        document_locale?: 'en' | 'fr' | 'nb' | 'de' | 'it' | 'es' | 'sv' | 'pt-BR' | 'zh-TW' | null
        provider_customer_id?: string
        sync?: boolean
        sync_with_provider?: boolean
        provider_payment_methods?: readonly string[]
      }
      metadata: readonly {
        lago_id: string
        key: string
        value: string
        display_in_invoice: boolean
        created_at: string
      }[]
      integration_customers: readonly {
        lago_id: string
        type: 'netsuite' | 'anrok' | 'avalara' | 'xero' | 'hubspot' | 'salesforce'
        integration_code: string
        external_customer_id: string | null
        sync_with_provider?: boolean | null
        subsidiary_id?: string
        targeted_object?: string | null
        email?: string | null
      }[]
    }
    metadata: readonly {
      lago_id: string
      key: string
      value: string
      created_at: string
    }[]
    applied_taxes: readonly {
      lago_id: string | null
      lago_tax_id: string | null
      tax_name: string
      tax_code: string
      tax_rate: number
      tax_description: string | null
      amount_cents: number
      amount_currency: string
      created_at: string | null
      lago_invoice_id: string
      fees_amount_cents: number
    }[]
    applied_usage_thresholds?: readonly {
      lifetime_usage_amount_cents: number
      created_at: string
      usage_threshold: {
        lago_id: string
        threshold_display_name: string | null
        amount_cents: number
        recurring: boolean
        created_at: string
        updated_at: string
      }
    }[]
    subscriptions: readonly {
      lago_id: string
      external_id: string
      lago_customer_id: string
      external_customer_id: string
      billing_entity_code: string
      name: string | null
      plan_code: string
      plan_amount_cents: number
      plan_amount_currency: string
      status: 'pending' | 'incomplete' | 'active' | 'terminated' | 'canceled'
      billing_time: 'calendar' | 'anniversary'
      subscription_at: string
      started_at: string | null
      activated_at: string | null
      trial_ended_at: string | null
      ending_at: string | null
      terminated_at: string | null
      canceled_at: string | null
      created_at: string
      previous_plan_code: string | null
      next_plan_code: string | null
      downgrade_plan_date: string | null
      current_billing_period_started_at: string | null
      current_billing_period_ending_at: string | null
      on_termination_credit_note: 'credit' | 'refund' | 'offset' | 'skip' | null
      on_termination_invoice: 'generate' | 'skip'
      progressive_billing_disabled: boolean
      consolidate_invoice: boolean
      purchase_order_number: string | null
      cancellation_reason: 'payment_failed' | 'timeout' | null
      payment_method: {
        payment_method_type?: 'provider' | 'manual'
        payment_method_id?: string | null
      }
      activation_rules: readonly {
        lago_id: string
        type: 'payment'
        timeout_hours: number
        status: 'inactive' | 'pending' | 'satisfied' | 'declined' | 'failed' | 'expired' | 'not_applicable'
        expires_at?: string | null
        created_at: string
        updated_at: string
      }[]
    }[]
    billing_periods: readonly {
      lago_subscription_id: string
      external_subscription_id: string
      lago_plan_id: string
      subscription_from_datetime: string | null
      subscription_to_datetime: string | null
      charges_from_datetime: string | null
      charges_to_datetime: string | null
      fixed_charges_from_datetime: string | null
      fixed_charges_to_datetime: string | null
      invoicing_reason:
        | 'subscription_starting'
        | 'subscription_periodic'
        | 'subscription_terminating'
        | 'in_advance_charge'
        | 'in_advance_charge_periodic'
        | 'progressive_billing'
    }[]
    fees: readonly {
      lago_id: string | null
      lago_charge_id: string | null
      lago_charge_filter_id: string | null
      lago_fixed_charge_id: string | null
      lago_invoice_id: string | null
      lago_true_up_fee_id: string | null
      lago_true_up_parent_fee_id: string | null
      lago_original_fee_id: string | null
      lago_subscription_id: string | null
      external_subscription_id: string | null
      lago_customer_id: string | null
      external_customer_id: string | null
      item: {
        type: 'charge' | 'add_on' | 'subscription' | 'credit' | 'commitment' | 'fixed_charge'
        code: string
        name: string
        description: string | null
        invoice_display_name: string
        filters: Record<string, unknown> | null
        filter_invoice_display_name: string | null
        lago_item_id: string
        item_type: 'AddOn' | 'BillableMetric' | 'Subscription' | 'WalletTransaction'
        grouped_by: Record<string, unknown>
      }
      pay_in_advance: boolean
      invoiceable: boolean
      amount_cents: number
      amount_currency: string
      precise_amount: string
      precise_total_amount: string
      taxes_amount_cents: number
      taxes_precise_amount: string
      taxes_rate: number
      total_amount_cents: number
      total_amount_currency: string
      precise_coupons_amount_cents: string
      sub_total_excluding_taxes_amount_cents: number
      sub_total_excluding_taxes_precise_amount_cents: string
      units: string
      total_aggregated_units: string | null
      description: string | null
      precise_unit_amount: string
      events_count: number | null
      payment_status: 'pending' | 'succeeded' | 'failed' | 'refunded'
      created_at: string | null
      succeeded_at: string | null
      failed_at: string | null
      refunded_at: string | null
      amount_details: {
        plan_amount_cents?: number
        graduated_ranges?: readonly {
          units: string
          from_value: number
          to_value: number | null
          flat_unit_amount: string
          per_unit_total_amount: string
          total_with_flat_amount: string
          per_unit_amount: string
        }[]
        graduated_percentage_ranges?: readonly {
          units: string
          from_value: number
          to_value: number | null
          flat_unit_amount: string
          per_unit_total_amount: string
          total_with_flat_amount: string
          rate: string
        }[]
        units?: string
        free_units?: string
        paid_units?: string
        free_events?: number | string
        paid_events?: number | string
        rate?: string
        per_package_size?: number
        per_package_unit_amount?: string
        flat_unit_amount?: string
        per_unit_amount?: string
        per_unit_total_amount?: string
        fixed_fee_unit_amount?: string
        fixed_fee_total_amount?: string
        min_max_adjustment_total_amount?: string
      }
      self_billed: boolean
      pricing_unit_details: {
        lago_pricing_unit_id: string
        pricing_unit_code: string
        short_name: string
        amount_cents: number
        precise_amount_cents: string
        unit_amount_cents: number
        precise_unit_amount: string
        conversion_rate: string
      } | null
      presentation_breakdowns: readonly {
        presentation_by: Record<string, unknown>
        units: string
      }[]
      from_date?: string | null
      to_date?: string | null
      event_transaction_id?: string | null
      applied_taxes: readonly {
        lago_id: string | null
        lago_tax_id: string | null
        tax_name: string
        tax_code: string
        tax_rate: number
        tax_description: string | null
        amount_cents: number
        amount_currency: string
        created_at: string | null
        lago_fee_id: string | null
      }[]
    }[]
    credits: readonly {
      lago_id: string
      amount_cents: number
      amount_currency: string
      before_taxes: boolean
      item: {
        lago_item_id: string | null
        type: 'coupon' | 'credit_note' | 'invoice'
        code: string
        name: string
        description: string | null
      }
      invoice: {
        lago_id: string
        payment_status: 'pending' | 'succeeded' | 'failed'
      }
    }[]
    error_details: readonly {
      lago_id: string | null
      error_code: string
      details: Record<string, unknown>
    }[]
    applied_invoice_custom_sections: readonly {
      lago_id: string
      lago_invoice_id: string
      code: string
      details: string | null
      display_name: string | null
      created_at: string
    }[]
    voided_invoice_id?: string
    regenerated_invoice_id?: string
  } | null
  credit_note: {
    lago_invoice_id: string
    invoice_number: string | null
    currency: string
    taxes_amount_cents: number
    total_amount_cents: number
    credit_amount_cents: number
    refund_amount_cents: number
    offset_amount_cents: number
  } | null
}

export type Invoice = {
  lago_id: string
  billing_entity_code: string
  sequential_id?: number
  number: string
  purchase_order_number: string | null
  issuing_date: string
  payment_due_date?: string
  net_payment_term: number
  invoice_type: 'subscription' | 'add_on' | 'credit' | 'one_off' | 'advance_charges' | 'progressive_billing'
  status: 'draft' | 'finalized' | 'voided' | 'failed' | 'pending' | 'deleted'
  payment_status: 'pending' | 'succeeded' | 'failed'
  payment_dispute_lost_at?: string
  payment_overdue: boolean
  currency: string
  fees_amount_cents: number
  progressive_billing_credit_amount_cents: number
  coupons_amount_cents: number
  sub_total_excluding_taxes_amount_cents: number
  taxes_amount_cents: number
  sub_total_including_taxes_amount_cents: number
  credit_notes_amount_cents: number
  prepaid_credit_amount_cents: number
  prepaid_granted_credit_amount_cents: number | null
  prepaid_purchased_credit_amount_cents: number | null
  total_amount_cents: number
  total_due_amount_cents: number
  total_paid_amount_cents: number
  total_offsetted_credit_note_amount_cents: number
  file_url?: string
  xml_url: string | null
  web_url: string
  version_number: number
  self_billed: boolean
  created_at: string
  updated_at: string
  voided_at: string | null
  customer: {
    lago_id: string
    billing_entity_code: string
    external_id: string
    account_type: 'customer' | 'partner'
    sequential_id: number
    slug: string
    created_at: string
    updated_at: string
    name: string | null
    firstname: string | null
    lastname: string | null
    address_line1?: string | null
    address_line2?: string | null
    city?: string | null
    zipcode?: string | null
    state?: string | null
    country?: string | null
    email: string | null
    url: string | null
    phone: string | null
    logo_url: string | null
    legal_name: string | null
    legal_number: string | null
    currency: string | null
    tax_identification_number: string | null
    timezone: string | null
    external_salesforce_id: string | null
    customer_type: 'company' | 'individual' | null
    net_payment_term: number | null
    finalize_zero_amount_invoice: 'inherit' | 'skip' | 'finalize'
    shipping_address: {
      address_line1?: string | null
      address_line2?: string | null
      city?: string | null
      zipcode?: string | null
      state?: string | null
      country?: string | null
    }
    skip_invoice_custom_sections: boolean
    applicable_timezone: string
    billing_configuration: {
      invoice_grace_period?: number | null
      subscription_invoice_issuing_date_anchor?: 'current_period_end' | 'next_period_start' | null
      subscription_invoice_issuing_date_adjustment?: 'keep_anchor' | 'align_with_finalization_date' | null
      payment_provider?: string | null
      payment_provider_code?: string | null
      document_locale?: 'en' | 'fr' | 'nb' | 'de' | 'it' | 'es' | 'sv' | 'pt-BR' | 'zh-TW' | null
      provider_customer_id?: string
      sync?: boolean
      sync_with_provider?: boolean
      provider_payment_methods?: readonly string[]
    }
    metadata: readonly {
      lago_id: string
      key: string
      value: string
      display_in_invoice: boolean
      created_at: string
    }[]
    integration_customers: readonly {
      lago_id: string
      type: 'netsuite' | 'anrok' | 'avalara' | 'xero' | 'hubspot' | 'salesforce'
      integration_code: string
      external_customer_id: string | null
      sync_with_provider?: boolean | null
      subsidiary_id?: string
      targeted_object?: string | null
      email?: string | null
    }[]
  }
  metadata: readonly {
    lago_id: string
    key: string
    value: string
    created_at: string
  }[]
  applied_taxes: readonly {
    lago_id: string | null
    lago_tax_id: string | null
    tax_name: string
    tax_code: string
    tax_rate: number
    tax_description: string | null
    amount_cents: number
    amount_currency: string
    created_at: string | null
    lago_invoice_id: string
    fees_amount_cents: number
  }[]
  applied_usage_thresholds?: readonly {
    lifetime_usage_amount_cents: number
    created_at: string
    usage_threshold: {
      lago_id: string
      threshold_display_name: string | null
      amount_cents: number
      recurring: boolean
      created_at: string
      updated_at: string
    }
  }[]
  subscriptions: readonly {
    lago_id: string
    external_id: string
    lago_customer_id: string
    external_customer_id: string
    billing_entity_code: string
    name: string | null
    plan_code: string
    plan_amount_cents: number
    plan_amount_currency: string
    status: 'pending' | 'incomplete' | 'active' | 'terminated' | 'canceled'
    billing_time: 'calendar' | 'anniversary'
    subscription_at: string
    started_at: string | null
    activated_at: string | null
    trial_ended_at: string | null
    ending_at: string | null
    terminated_at: string | null
    canceled_at: string | null
    created_at: string
    previous_plan_code: string | null
    next_plan_code: string | null
    downgrade_plan_date: string | null
    current_billing_period_started_at: string | null
    current_billing_period_ending_at: string | null
    on_termination_credit_note: 'credit' | 'refund' | 'offset' | 'skip' | null
    on_termination_invoice: 'generate' | 'skip'
    progressive_billing_disabled: boolean
    consolidate_invoice: boolean
    purchase_order_number: string | null
    cancellation_reason: 'payment_failed' | 'timeout' | null
    payment_method: {
      payment_method_type?: 'provider' | 'manual'
      payment_method_id?: string | null
    }
    activation_rules: readonly {
      lago_id: string
      type: 'payment'
      timeout_hours: number
      status: 'inactive' | 'pending' | 'satisfied' | 'declined' | 'failed' | 'expired' | 'not_applicable'
      expires_at?: string | null
      created_at: string
      updated_at: string
    }[]
  }[]
  billing_periods: readonly {
    lago_subscription_id: string
    external_subscription_id: string
    lago_plan_id: string
    subscription_from_datetime: string | null
    subscription_to_datetime: string | null
    charges_from_datetime: string | null
    charges_to_datetime: string | null
    fixed_charges_from_datetime: string | null
    fixed_charges_to_datetime: string | null
    invoicing_reason:
      | 'subscription_starting'
      | 'subscription_periodic'
      | 'subscription_terminating'
      | 'in_advance_charge'
      | 'in_advance_charge_periodic'
      | 'progressive_billing'
  }[]
  fees: readonly {
    lago_id: string | null
    lago_charge_id: string | null
    lago_charge_filter_id: string | null
    lago_fixed_charge_id: string | null
    lago_invoice_id: string | null
    lago_true_up_fee_id: string | null
    lago_true_up_parent_fee_id: string | null
    lago_original_fee_id: string | null
    lago_subscription_id: string | null
    external_subscription_id: string | null
    lago_customer_id: string | null
    external_customer_id: string | null
    item: {
      type: 'charge' | 'add_on' | 'subscription' | 'credit' | 'commitment' | 'fixed_charge'
      code: string
      name: string
      description: string | null
      invoice_display_name: string
      filters: Record<string, unknown> | null
      filter_invoice_display_name: string | null
      lago_item_id: string
      item_type: 'AddOn' | 'BillableMetric' | 'Subscription' | 'WalletTransaction'
      grouped_by: Record<string, unknown>
    }
    pay_in_advance: boolean
    invoiceable: boolean
    amount_cents: number
    amount_currency: string
    precise_amount: string
    precise_total_amount: string
    taxes_amount_cents: number
    taxes_precise_amount: string
    taxes_rate: number
    total_amount_cents: number
    total_amount_currency: string
    precise_coupons_amount_cents: string
    sub_total_excluding_taxes_amount_cents: number
    sub_total_excluding_taxes_precise_amount_cents: string
    units: string
    total_aggregated_units: string | null
    description: string | null
    precise_unit_amount: string
    events_count: number | null
    payment_status: 'pending' | 'succeeded' | 'failed' | 'refunded'
    created_at: string | null
    succeeded_at: string | null
    failed_at: string | null
    refunded_at: string | null
    amount_details: {
      plan_amount_cents?: number
      graduated_ranges?: readonly {
        units: string
        from_value: number
        to_value: number | null
        flat_unit_amount: string
        per_unit_total_amount: string
        total_with_flat_amount: string
        per_unit_amount: string
      }[]
      graduated_percentage_ranges?: readonly {
        units: string
        from_value: number
        to_value: number | null
        flat_unit_amount: string
        per_unit_total_amount: string
        total_with_flat_amount: string
        rate: string
      }[]
      units?: string
      free_units?: string
      paid_units?: string
      free_events?: number | string
      paid_events?: number | string
      rate?: string
      per_package_size?: number
      per_package_unit_amount?: string
      flat_unit_amount?: string
      per_unit_amount?: string
      per_unit_total_amount?: string
      fixed_fee_unit_amount?: string
      fixed_fee_total_amount?: string
      min_max_adjustment_total_amount?: string
    }
    self_billed: boolean
    pricing_unit_details: {
      lago_pricing_unit_id: string
      pricing_unit_code: string
      short_name: string
      amount_cents: number
      precise_amount_cents: string
      unit_amount_cents: number
      precise_unit_amount: string
      conversion_rate: string
    } | null
    presentation_breakdowns: readonly {
      presentation_by: Record<string, unknown>
      units: string
    }[]
    from_date?: string | null
    to_date?: string | null
    event_transaction_id?: string | null
    applied_taxes: readonly {
      lago_id: string | null
      lago_tax_id: string | null
      tax_name: string
      tax_code: string
      tax_rate: number
      tax_description: string | null
      amount_cents: number
      amount_currency: string
      created_at: string | null
      lago_fee_id: string | null
    }[]
  }[]
  credits: readonly {
    lago_id: string
    amount_cents: number
    amount_currency: string
    before_taxes: boolean
    item: {
      lago_item_id: string | null
      type: 'coupon' | 'credit_note' | 'invoice'
      code: string
      name: string
      description: string | null
    }
    invoice: {
      lago_id: string
      payment_status: 'pending' | 'succeeded' | 'failed'
    }
  }[]
  error_details: readonly {
    lago_id: string | null
    error_code: string
    details: Record<string, unknown>
  }[]
  applied_invoice_custom_sections: readonly {
    lago_id: string
    lago_invoice_id: string
    code: string
    details: string | null
    display_name: string | null
    created_at: string
  }[]
  voided_invoice_id?: string
  regenerated_invoice_id?: string
}

export type Fee = {
  lago_id: string | null
  lago_charge_id: string | null
  lago_charge_filter_id: string | null
  lago_fixed_charge_id: string | null
  lago_invoice_id: string | null
  lago_true_up_fee_id: string | null
  lago_true_up_parent_fee_id: string | null
  lago_original_fee_id: string | null
  lago_subscription_id: string | null
  external_subscription_id: string | null
  lago_customer_id: string | null
  external_customer_id: string | null
  item: {
    type: 'charge' | 'add_on' | 'subscription' | 'credit' | 'commitment' | 'fixed_charge'
    code: string
    name: string
    description: string | null
    invoice_display_name: string
    filters: Record<string, unknown> | null
    filter_invoice_display_name: string | null
    lago_item_id: string
    item_type: 'AddOn' | 'BillableMetric' | 'Subscription' | 'WalletTransaction'
    grouped_by: Record<string, unknown>
  }
  pay_in_advance: boolean
  invoiceable: boolean
  amount_cents: number
  amount_currency: string
  precise_amount: string
  precise_total_amount: string
  taxes_amount_cents: number
  taxes_precise_amount: string
  taxes_rate: number
  total_amount_cents: number
  total_amount_currency: string
  precise_coupons_amount_cents: string
  sub_total_excluding_taxes_amount_cents: number
  sub_total_excluding_taxes_precise_amount_cents: string
  units: string
  total_aggregated_units: string | null
  description: string | null
  precise_unit_amount: string
  events_count: number | null
  payment_status: 'pending' | 'succeeded' | 'failed' | 'refunded'
  created_at: string | null
  succeeded_at: string | null
  failed_at: string | null
  refunded_at: string | null
  amount_details: {
    plan_amount_cents?: number
    graduated_ranges?: readonly {
      units: string
      from_value: number
      to_value: number | null
      flat_unit_amount: string
      per_unit_total_amount: string
      total_with_flat_amount: string
      per_unit_amount: string
    }[]
    graduated_percentage_ranges?: readonly {
      units: string
      from_value: number
      to_value: number | null
      flat_unit_amount: string
      per_unit_total_amount: string
      total_with_flat_amount: string
      rate: string
    }[]
    units?: string
    free_units?: string
    paid_units?: string
    free_events?: number | string
    paid_events?: number | string
    rate?: string
    per_package_size?: number
    per_package_unit_amount?: string
    flat_unit_amount?: string
    per_unit_amount?: string
    per_unit_total_amount?: string
    fixed_fee_unit_amount?: string
    fixed_fee_total_amount?: string
    min_max_adjustment_total_amount?: string
  }
  self_billed: boolean
  pricing_unit_details: {
    lago_pricing_unit_id: string
    pricing_unit_code: string
    short_name: string
    amount_cents: number
    precise_amount_cents: string
    unit_amount_cents: number
    precise_unit_amount: string
    conversion_rate: string
  } | null
  presentation_breakdowns: readonly {
    presentation_by: Record<string, unknown>
    units: string
  }[]
  from_date?: string | null
  to_date?: string | null
  event_transaction_id?: string | null
  applied_taxes: readonly {
    lago_id: string | null
    lago_tax_id: string | null
    tax_name: string
    tax_code: string
    tax_rate: number
    tax_description: string | null
    amount_cents: number
    amount_currency: string
    created_at: string | null
    lago_fee_id: string | null
  }[]
}

export type AdjustedFee = {
  lago_id: string
  lago_invoice_id: string
  lago_fee_id: string | null
  units: string | null
  unit_precise_amount: string | null
  invoice_display_name: string | null
  created_at: string
}

export type CurrentUsage = {
  from_datetime: string
  to_datetime: string
  issuing_date: string
  currency: string
  amount_cents: number
  total_amount_cents: number
  taxes_amount_cents: number
  lago_invoice_id: string | null
  charges_usage: readonly {
    units: string
    total_aggregated_units: string
    events_count: number
    amount_cents: number
    pricing_unit_details: {
      amount_cents: number
      short_name: string
      conversion_rate: string
    } | null
    presentation_breakdowns: readonly {
      presentation_by: Record<string, unknown>
      units: string
    }[]
    amount_currency: string
    charge: {
      lago_id: string
      charge_model: string
      invoice_display_name: string | null
      code: string
    }
    billable_metric: {
      lago_id: string
      name: string
      code: string
      aggregation_type: string
    }
    filters: readonly {
      units: string
      total_aggregated_units: string
      events_count: number
      amount_cents: number
      pricing_unit_details: {
        amount_cents: number
        short_name: string
        conversion_rate: string
      } | null
      presentation_breakdowns: readonly {
        presentation_by: Record<string, unknown>
        units: string
      }[]
      invoice_display_name: string | null
      values: Record<string, unknown> | null
    }[]
    grouped_usage: readonly {
      units: string
      total_aggregated_units: string
      events_count: number
      amount_cents: number
      pricing_unit_details: {
        amount_cents: number
        short_name: string
        conversion_rate: string
      } | null
      presentation_breakdowns: readonly {
        presentation_by: Record<string, unknown>
        units: string
      }[]
      grouped_by: Record<string, unknown>
      filters: readonly {
        units: string
        total_aggregated_units: string
        events_count: number
        amount_cents: number
        pricing_unit_details: {
          amount_cents: number
          short_name: string
          conversion_rate: string
        } | null
        presentation_breakdowns: readonly {
          presentation_by: Record<string, unknown>
          units: string
        }[]
        invoice_display_name: string | null
        values: Record<string, unknown> | null
      }[]
    }[]
  }[]
}

export type Event = {
  lago_id: string | null
  transaction_id: string
  lago_customer_id: string | null
  code: string
  timestamp: string
  precise_total_amount_cents: string | null
  properties: {
    operation_type?: 'add' | 'remove'
  }
  lago_subscription_id: string | null
  external_subscription_id: string | null
  created_at: string | null
}

export type Tax = {
  lago_id: string
  name: string
  code: string
  rate: number
  description: string | null
  applied_to_organization: boolean
  einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
  einvoice_exemption_code: string | null
  einvoice_exemption_reason: string | null
  applied_to_billing_entities_codes?: readonly string[]
  add_ons_count: number
  customers_count: number
  plans_count: number
  charges_count: number
  commitments_count: number
  created_at: string
}

export type AddOn = {
  lago_id: string
  name: string
  invoice_display_name: string | null
  code: string
  amount_cents: number
  amount_currency: string
  description: string | null
  created_at: string
  taxes: readonly {
    lago_id: string
    name: string
    code: string
    rate: number
    description: string | null
    applied_to_organization: boolean
    einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
    einvoice_exemption_code: string | null
    einvoice_exemption_reason: string | null
    applied_to_billing_entities_codes?: readonly string[]
    add_ons_count: number
    customers_count: number
    plans_count: number
    charges_count: number
    commitments_count: number
    created_at: string
  }[]
}

export type LiveUsage = {
  from_datetime: string
  to_datetime: string
  issuing_date: string
  currency: string
  amount_cents: number
  total_amount_cents: number
  taxes_amount_cents: number
  lago_invoice_id: string | null
  charges_usage: readonly {
    units: string
    total_aggregated_units: string
    events_count: number
    amount_cents: number
    pricing_unit_details: {
      amount_cents: number
      short_name: string
      conversion_rate: string
    } | null
    presentation_breakdowns: readonly {
      presentation_by: Record<string, unknown>
      units: string
    }[]
    tier: {
      number: number
      count: number
      left: string | null
    } | null
    amount_currency: string
    charge: {
      lago_id: string
      charge_model: string
      invoice_display_name: string | null
      code: string
    }
    billable_metric: {
      lago_id: string
      name: string
      code: string
      aggregation_type: string
    }
    filters: readonly {
      units: string
      total_aggregated_units: string
      events_count: number
      amount_cents: number
      pricing_unit_details: {
        amount_cents: number
        short_name: string
        conversion_rate: string
      } | null
      presentation_breakdowns: readonly {
        presentation_by: Record<string, unknown>
        units: string
      }[]
      invoice_display_name: string | null
      values: Record<string, unknown> | null
      tier: {
        number: number
        count: number
        left: string | null
      } | null
    }[]
    grouped_usage: readonly {
      units: string
      total_aggregated_units: string
      events_count: number
      amount_cents: number
      pricing_unit_details: {
        amount_cents: number
        short_name: string
        conversion_rate: string
      } | null
      presentation_breakdowns: readonly {
        presentation_by: Record<string, unknown>
        units: string
      }[]
      grouped_by: Record<string, unknown>
      filters: readonly {
        units: string
        total_aggregated_units: string
        events_count: number
        amount_cents: number
        pricing_unit_details: {
          amount_cents: number
          short_name: string
          conversion_rate: string
        } | null
        presentation_breakdowns: readonly {
          presentation_by: Record<string, unknown>
          units: string
        }[]
        invoice_display_name: string | null
        values: Record<string, unknown> | null
      }[]
    }[]
  }[]
}

export type Coupon = {
  lago_id: string
  name: string
  code: string
  description: string | null
  coupon_type: 'fixed_amount' | 'percentage'
  amount_cents: number | null
  amount_currency: string | null
  percentage_rate: string | null
  frequency: 'once' | 'recurring' | 'forever'
  frequency_duration: number | null
  reusable: boolean
  limited_plans: boolean
  limited_billable_metrics: boolean
  plan_codes: readonly string[]
  billable_metric_codes: readonly string[]
  created_at: string
  expiration: 'no_expiration' | 'time_limit'
  expiration_at: string | null
  terminated_at: string | null
}

export type AppliedCoupon = {
  lago_id: string
  lago_coupon_id: string
  coupon_code: string
  coupon_name: string
  coupon_description: string | null
  coupon_status: 'active' | 'terminated'
  coupon_deleted_at: string | null
  lago_customer_id: string
  external_customer_id: string
  status: 'active' | 'terminated'
  amount_cents: number | null
  amount_cents_remaining: number | null
  amount_currency: string | null
  percentage_rate: string | null
  frequency: 'once' | 'recurring' | 'forever'
  frequency_duration: number | null
  frequency_duration_remaining: number | null
  expiration_at: string | null
  created_at: string
  terminated_at: string | null
  credits: readonly {
    lago_id: string
    amount_cents: number
    amount_currency: string
    before_taxes: boolean
    item: {
      lago_item_id: string | null
      type: 'coupon' | 'credit_note' | 'invoice'
      code: string
      name: string
      description: string | null
    }
    invoice: {
      lago_id: string
      payment_status: 'pending' | 'succeeded' | 'failed'
    }
  }[]
}

export type CreditNote = {
  lago_id: string
  billing_entity_code: string
  sequential_id: number
  number: string
  lago_invoice_id: string
  invoice_number: string
  purchase_order_number: string | null
  issuing_date: string
  credit_status: 'available' | 'consumed' | 'voided'
  refund_status: 'pending' | 'succeeded' | 'failed' | null
  reason:
    | 'duplicated_charge'
    | 'product_unsatisfactory'
    | 'order_change'
    | 'order_cancellation'
    | 'fraudulent_charge'
    | 'other'
  description: string | null
  currency: string
  total_amount_cents: number
  precise_total_amount_cents: string
  taxes_amount_cents: number
  precise_taxes_amount_cents: string
  sub_total_excluding_taxes_amount_cents: number
  balance_amount_cents: number
  credit_amount_cents: number
  refund_amount_cents: number
  offset_amount_cents: number
  coupons_adjustment_amount_cents: number
  taxes_rate: number
  created_at: string
  updated_at: string
  file_url: string | null
  xml_url: string | null
  self_billed: boolean
  customer: {
    lago_id: string
    billing_entity_code: string
    external_id: string
    account_type: 'customer' | 'partner'
    sequential_id: number
    slug: string
    created_at: string
    updated_at: string
    name: string | null
    firstname: string | null
    lastname: string | null
    address_line1?: string | null
    address_line2?: string | null
    city?: string | null
    zipcode?: string | null
    state?: string | null
    country?: string | null
    email: string | null
    url: string | null
    phone: string | null
    logo_url: string | null
    legal_name: string | null
    legal_number: string | null
    currency: string | null
    tax_identification_number: string | null
    timezone: string | null
    external_salesforce_id: string | null
    customer_type: 'company' | 'individual' | null
    net_payment_term: number | null
    finalize_zero_amount_invoice: 'inherit' | 'skip' | 'finalize'
    shipping_address: {
      address_line1?: string | null
      address_line2?: string | null
      city?: string | null
      zipcode?: string | null
      state?: string | null
      country?: string | null
    }
    skip_invoice_custom_sections: boolean
    applicable_timezone: string
    billing_configuration: {
      invoice_grace_period?: number | null
      subscription_invoice_issuing_date_anchor?: 'current_period_end' | 'next_period_start' | null
      subscription_invoice_issuing_date_adjustment?: 'keep_anchor' | 'align_with_finalization_date' | null
      payment_provider?: string | null
      payment_provider_code?: string | null
      document_locale?: 'en' | 'fr' | 'nb' | 'de' | 'it' | 'es' | 'sv' | 'pt-BR' | 'zh-TW' | null
      provider_customer_id?: string
      sync?: boolean
      sync_with_provider?: boolean
      provider_payment_methods?: readonly string[]
    }
    metadata: readonly {
      lago_id: string
      key: string
      value: string
      display_in_invoice: boolean
      created_at: string
    }[]
    integration_customers: readonly {
      lago_id: string
      type: 'netsuite' | 'anrok' | 'avalara' | 'xero' | 'hubspot' | 'salesforce'
      integration_code: string
      external_customer_id: string | null
      sync_with_provider?: boolean | null
      subsidiary_id?: string
      targeted_object?: string | null
      email?: string | null
    }[]
  }
  items: readonly {
    lago_id: string
    amount_cents: number
    precise_amount_cents: string
    amount_currency: string
    fee: {
      lago_id: string | null
      lago_charge_id: string | null
      lago_charge_filter_id: string | null
      lago_fixed_charge_id: string | null
      lago_invoice_id: string | null
      lago_true_up_fee_id: string | null
      lago_true_up_parent_fee_id: string | null
      lago_original_fee_id: string | null
      lago_subscription_id: string | null
      external_subscription_id: string | null
      lago_customer_id: string | null
      external_customer_id: string | null
      item: {
        type: 'charge' | 'add_on' | 'subscription' | 'credit' | 'commitment' | 'fixed_charge'
        code: string
        name: string
        description: string | null
        invoice_display_name: string
        filters: Record<string, unknown> | null
        filter_invoice_display_name: string | null
        lago_item_id: string
        item_type: 'AddOn' | 'BillableMetric' | 'Subscription' | 'WalletTransaction'
        grouped_by: Record<string, unknown>
      }
      pay_in_advance: boolean
      invoiceable: boolean
      amount_cents: number
      amount_currency: string
      precise_amount: string
      precise_total_amount: string
      taxes_amount_cents: number
      taxes_precise_amount: string
      taxes_rate: number
      total_amount_cents: number
      total_amount_currency: string
      precise_coupons_amount_cents: string
      sub_total_excluding_taxes_amount_cents: number
      sub_total_excluding_taxes_precise_amount_cents: string
      units: string
      total_aggregated_units: string | null
      description: string | null
      precise_unit_amount: string
      events_count: number | null
      payment_status: 'pending' | 'succeeded' | 'failed' | 'refunded'
      created_at: string | null
      succeeded_at: string | null
      failed_at: string | null
      refunded_at: string | null
      amount_details: {
        plan_amount_cents?: number
        graduated_ranges?: readonly {
          units: string
          from_value: number
          to_value: number | null
          flat_unit_amount: string
          per_unit_total_amount: string
          total_with_flat_amount: string
          per_unit_amount: string
        }[]
        graduated_percentage_ranges?: readonly {
          units: string
          from_value: number
          to_value: number | null
          flat_unit_amount: string
          per_unit_total_amount: string
          total_with_flat_amount: string
          rate: string
        }[]
        units?: string
        free_units?: string
        paid_units?: string
        free_events?: number | string
        paid_events?: number | string
        rate?: string
        per_package_size?: number
        per_package_unit_amount?: string
        flat_unit_amount?: string
        per_unit_amount?: string
        per_unit_total_amount?: string
        fixed_fee_unit_amount?: string
        fixed_fee_total_amount?: string
        min_max_adjustment_total_amount?: string
      }
      self_billed: boolean
      pricing_unit_details: {
        lago_pricing_unit_id: string
        pricing_unit_code: string
        short_name: string
        amount_cents: number
        precise_amount_cents: string
        unit_amount_cents: number
        precise_unit_amount: string
        conversion_rate: string
      } | null
      presentation_breakdowns: readonly {
        presentation_by: Record<string, unknown>
        units: string
      }[]
      from_date?: string | null
      to_date?: string | null
      event_transaction_id?: string | null
      applied_taxes: readonly {
        lago_id: string | null
        lago_tax_id: string | null
        tax_name: string
        tax_code: string
        tax_rate: number
        tax_description: string | null
        amount_cents: number
        amount_currency: string
        created_at: string | null
        lago_fee_id: string | null
      }[]
    }
  }[]
  applied_taxes: readonly {
    lago_id: string | null
    lago_tax_id: string | null
    tax_name: string
    tax_code: string
    tax_rate: number
    tax_description: string | null
    amount_cents: number
    amount_currency: string
    created_at: string | null
    lago_credit_note_id: string | null
    base_amount_cents: number
  }[]
  error_details: readonly {
    lago_id: string | null
    error_code: string
    details: Record<string, unknown>
  }[]
  metadata?: Record<string, unknown> | null
}

export type Wallet = {
  lago_id: string
  lago_customer_id: string
  external_customer_id: string
  billing_entity_code: string
  status: 'active' | 'terminated'
  currency: string
  name: string | null
  code: string
  purchase_order_number: string | null
  rate_amount: string
  credits_balance: string
  credits_ongoing_balance: string
  credits_ongoing_usage_balance: string
  balance_cents: number
  ongoing_balance_cents: number
  ongoing_usage_balance_cents: number
  consumed_credits: string
  created_at: string
  expiration_at: string | null
  last_balance_sync_at: string | null
  last_consumed_credit_at: string | null
  terminated_at: string | null
  invoice_requires_successful_payment: boolean
  paid_top_up_min_amount_cents: number | null
  paid_top_up_max_amount_cents: number | null
  priority: number
  payment_method: {
    payment_method_type?: 'provider' | 'manual'
    payment_method_id?: string | null
  }
  metadata?: Record<string, unknown>
  recurring_transaction_rules: readonly {
    lago_id: string
    status: 'active' | 'terminated'
    trigger: 'interval' | 'threshold'
    interval: 'weekly' | 'monthly' | 'quarterly' | 'semiannual' | 'yearly' | null
    threshold_credits: string
    method: 'fixed' | 'target'
    paid_credits: string
    granted_credits: string
    target_ongoing_balance: string | null
    grants_target_top_up: boolean | null
    started_at: string | null
    expiration_at: string | null
    invoice_requires_successful_payment: boolean
    ignore_paid_top_up_limits: boolean
    transaction_metadata: readonly {
      key: string
      value: string
    }[]
    transaction_name: string | null
    purchase_order_number: string | null
    created_at: string
    payment_method: {
      payment_method_type?: 'provider' | 'manual'
      payment_method_id?: string | null
    }
    applied_invoice_custom_sections: readonly {
      lago_id: string
      created_at: string
      invoice_custom_section: {
        lago_id: string
        code: string
        name: string
        description: string | null
        details: string | null
        display_name: string | null
        organization_id: string
        applied_to_organization?: boolean
        created_at?: string
      }
      invoice_custom_section_id?: string
    }[]
  }[]
  applies_to: {
    fee_types: readonly (
      | 'charge'
      | 'add_on'
      | 'subscription'
      | 'credit'
      | 'commitment'
      | 'fixed_charge'
      | 'product'
    )[]
    billable_metric_codes: readonly string[]
  }
  applied_invoice_custom_sections: readonly {
    lago_id: string
    created_at: string
    invoice_custom_section: {
      lago_id: string
      code: string
      name: string
      description: string | null
      details: string | null
      display_name: string | null
      organization_id: string
      applied_to_organization?: boolean
      created_at?: string
    }
    invoice_custom_section_id?: string
  }[]
}

export type WalletTransaction = {
  lago_id: string
  lago_wallet_id: string
  lago_invoice_id: string | null
  lago_credit_note_id: string | null
  lago_voided_invoice_id: string | null
  billing_entity_code: string
  status: 'pending' | 'settled' | 'failed'
  source: 'manual' | 'interval' | 'threshold'
  transaction_status: 'purchased' | 'granted' | 'voided' | 'invoiced'
  transaction_type: 'inbound' | 'outbound'
  amount: string
  credit_amount: string
  remaining_amount_cents: number | null
  remaining_credit_amount: string | null
  priority: number
  purchase_order_number: string | null
  settled_at: string | null
  failed_at: string | null
  created_at: string
  invoice_requires_successful_payment: boolean
  metadata: readonly {
    key: string
    value: string
  }[]
  name: string | null
  payment_method: {
    payment_method_type?: 'provider' | 'manual'
    payment_method_id?: string | null
  }
  applied_invoice_custom_sections: readonly {
    lago_id: string
    created_at: string
    invoice_custom_section: {
      lago_id: string
      code: string
      name: string
      description: string | null
      details: string | null
      display_name: string | null
      organization_id: string
      applied_to_organization?: boolean
      created_at?: string
    }
    invoice_custom_section_id?: string
  }[]
}

export type Payment = {
  lago_id: string
  lago_customer_id: string
  external_customer_id: string
  invoice_ids: readonly string[]
  invoice_numbers: readonly string[]
  lago_payable_id: string
  payable_type: 'Invoice' | 'PaymentRequest'
  amount_cents: number
  amount_currency: string
  status: string
  payment_status: 'pending' | 'processing' | 'succeeded' | 'failed'
  type: 'manual' | 'provider'
  reference: string | null
  payment_provider_code: string | null
  payment_provider_type: string | null
  external_payment_id: string | null
  provider_payment_id: string | null
  provider_customer_id: string | null
  payment_method_id: string | null
  next_action: Record<string, unknown>
  created_at: string
}

export type PaymentRequest = {
  lago_id: string
  email: string | null
  amount_cents: number
  amount_currency: string
  payment_status: 'pending' | 'succeeded' | 'failed'
  created_at: string
  customer: {
    lago_id: string
    billing_entity_code: string
    external_id: string
    account_type: 'customer' | 'partner'
    sequential_id: number
    slug: string
    created_at: string
    updated_at: string
    name: string | null
    firstname: string | null
    lastname: string | null
    address_line1?: string | null
    address_line2?: string | null
    city?: string | null
    zipcode?: string | null
    state?: string | null
    country?: string | null
    email: string | null
    url: string | null
    phone: string | null
    logo_url: string | null
    legal_name: string | null
    legal_number: string | null
    currency: string | null
    tax_identification_number: string | null
    timezone: string | null
    external_salesforce_id: string | null
    customer_type: 'company' | 'individual' | null
    net_payment_term: number | null
    finalize_zero_amount_invoice: 'inherit' | 'skip' | 'finalize'
    shipping_address: {
      address_line1?: string | null
      address_line2?: string | null
      city?: string | null
      zipcode?: string | null
      state?: string | null
      country?: string | null
    }
    skip_invoice_custom_sections: boolean
    applicable_timezone: string
    billing_configuration: {
      invoice_grace_period?: number | null
      subscription_invoice_issuing_date_anchor?: 'current_period_end' | 'next_period_start' | null
      subscription_invoice_issuing_date_adjustment?: 'keep_anchor' | 'align_with_finalization_date' | null
      payment_provider?: string | null
      payment_provider_code?: string | null
      document_locale?: 'en' | 'fr' | 'nb' | 'de' | 'it' | 'es' | 'sv' | 'pt-BR' | 'zh-TW' | null
      provider_customer_id?: string
      sync?: boolean
      sync_with_provider?: boolean
      provider_payment_methods?: readonly string[]
    }
    metadata: readonly {
      lago_id: string
      key: string
      value: string
      display_in_invoice: boolean
      created_at: string
    }[]
  }
  invoices: readonly {
    lago_id: string
    billing_entity_code: string
    sequential_id?: number
    number: string
    purchase_order_number: string | null
    issuing_date: string
    payment_due_date?: string
    net_payment_term: number
    invoice_type: 'subscription' | 'add_on' | 'credit' | 'one_off' | 'advance_charges' | 'progressive_billing'
    status: 'draft' | 'finalized' | 'voided' | 'failed' | 'pending' | 'deleted'
    payment_status: 'pending' | 'succeeded' | 'failed'
    payment_dispute_lost_at?: string
    payment_overdue: boolean
    currency: string
    fees_amount_cents: number
    progressive_billing_credit_amount_cents: number
    coupons_amount_cents: number
    sub_total_excluding_taxes_amount_cents: number
    taxes_amount_cents: number
    sub_total_including_taxes_amount_cents: number
    credit_notes_amount_cents: number
    prepaid_credit_amount_cents: number
    prepaid_granted_credit_amount_cents: number | null
    prepaid_purchased_credit_amount_cents: number | null
    total_amount_cents: number
    total_due_amount_cents: number
    total_paid_amount_cents: number
    total_offsetted_credit_note_amount_cents: number
    file_url?: string
    xml_url: string | null
    web_url: string
    version_number: number
    self_billed: boolean
    created_at: string
    updated_at: string
    voided_at: string | null
  }[]
}

export type BillingEntity = {
  lago_id: string
  code: string
  name: string
  created_at: string
  updated_at: string
  default_currency: string
  country: string | null
  address_line1: string | null
  address_line2: string | null
  state: string | null
  zipcode: string | null
  email: string | null
  city: string | null
  legal_name: string | null
  legal_number: string | null
  timezone: string
  net_payment_term: number
  email_settings: readonly ('invoice.finalized' | 'credit_note.created' | 'payment_receipt.created')[]
  document_number_prefix: string
  tax_identification_number: string | null
  finalize_zero_amount_invoice: boolean
  phone: string | null
  einvoicing: boolean
  eu_tax_management: boolean
  document_numbering: 'per_customer' | 'per_billing_entity'
  invoice_footer: string | null
  invoice_grace_period: number
  document_locale: 'en' | 'fr' | 'nb' | 'de' | 'it' | 'es' | 'sv' | 'pt-BR' | 'zh-TW'
  subscription_invoice_issuing_date_anchor: 'current_period_end' | 'next_period_start'
  subscription_invoice_issuing_date_adjustment: 'keep_anchor' | 'align_with_finalization_date'
  is_default: boolean
  bank_account: {
    holder: string | null
    iban: string
    bic: string | null
  } | null
  logo_url: string | null
  taxes: readonly {
    lago_id: string
    name: string
    code: string
    rate: number
    description: string | null
    applied_to_organization: boolean
    einvoice_category: 'S' | 'Z' | 'E' | 'AE' | 'K' | 'G' | 'O' | null
    einvoice_exemption_code: string | null
    einvoice_exemption_reason: string | null
    applied_to_billing_entities_codes?: readonly string[]
    add_ons_count: number
    customers_count: number
    plans_count: number
    charges_count: number
    commitments_count: number
    created_at: string
  }[]
  selected_invoice_custom_sections: readonly {
    lago_id: string
    code: string
    name: string
    description: string | null
    details: string | null
    display_name: string | null
    organization_id: string
    applied_to_organization?: boolean
    created_at?: string
  }[]
}

export type Feature = {
  code: string
  name: string | null
  description: string | null
  privileges: readonly {
    code: string
    name: string | null
    value_type: 'integer' | 'boolean' | 'string' | 'select'
    config: {
      select_options?: readonly string[]
    }
  }[]
  created_at: string
}

export type SubscriptionEntitlement = {
  code: string
  name: string | null
  description: string | null
  privileges: readonly {
    code: string
    name: string | null
    value_type: 'integer' | 'boolean' | 'string' | 'select'
    config: {
      select_options?: readonly string[]
    }
    value: number | boolean | string | null
    plan_value: number | boolean | string | null
    override_value: number | boolean | string | null
  }[]
  overrides: Record<string, unknown>
}

export type WebhookEndpoint = {
  lago_id: string
  lago_organization_id: string
  webhook_url: string
  signature_algo: 'jwt' | 'hmac'
  name: string | null
  event_types: readonly string[] | null
  created_at: string
}

export type Webhook = {
  lago_id: string
  lago_webhook_endpoint_id: string
  webhook_type: string
  object_type: string
  lago_object_id: string | null
  status: 'pending' | 'retrying' | 'succeeded' | 'failed'
  retries: number
  http_status: number | null
  response: string | null
  advice: string | null
  last_retried_at: string | null
  created_at: string
  updated_at: string
  payload: string
  attempts: readonly {
    at: string
    http_status: number | null
    is_delivered: boolean
  }[]
}

export type ActivityLog = {
  activity_id: string
  activity_type:
    | 'alert.created'
    | 'alert.updated'
    | 'alert.deleted'
    | 'applied_coupon.created'
    | 'applied_coupon.deleted'
    | 'billing_entities.created'
    | 'billing_entities.updated'
    | 'coupon.created'
    | 'coupon.updated'
    | 'coupon.deleted'
    | 'customer.deleted'
    | 'email.sent'
    | 'email.failed'
    | 'payment.recorded'
    | 'billable_metric.created'
    | 'billable_metric.updated'
    | 'billable_metric.deleted'
    | 'customer.created'
    | 'customer.updated'
    | 'customer.accounting_provider_created'
    | 'customer.accounting_provider_error'
    | 'customer.crm_provider_created'
    | 'customer.crm_provider_error'
    | 'customer.payment_provider_created'
    | 'customer.payment_provider_error'
    | 'customer.checkout_url_generated'
    | 'customer.tax_provider_error'
    | 'customer.vies_check'
    | 'credit_note.created'
    | 'credit_note.generated'
    | 'credit_note.provider_refund_failure'
    | 'feature.created'
    | 'feature.updated'
    | 'feature.deleted'
    | 'invoice.created'
    | 'invoice.one_off_created'
    | 'invoice.paid_credit_added'
    | 'invoice.drafted'
    | 'invoice.ready_to_finalize'
    | 'invoice.generated'
    | 'invoice.voided'
    | 'invoice.deleted'
    | 'invoice.payment_status_updated'
    | 'invoice.payment_overdue'
    | 'invoice.payment_failure'
    | 'invoice.payment_dispute_lost'
    | 'invoice.resynced'
    | 'payment_receipt.created'
    | 'payment_receipt.generated'
    | 'payment_request.created'
    | 'payment_request.payment_status_updated'
    | 'payment_request.payment_failure'
    | 'plan.created'
    | 'plan.updated'
    | 'plan.deleted'
    | 'subscription.started'
    | 'subscription.updated'
    | 'subscription.incomplete'
    | 'subscription.canceled'
    | 'subscription.terminated'
    | 'subscription.termination_alert'
    | 'subscription.trial_ended'
    | 'subscription.usage_threshold_reached'
    | 'wallet.created'
    | 'wallet.updated'
    | 'wallet.terminated'
    | 'wallet.depleted_ongoing_balance'
    | 'wallet_transaction.created'
    | 'wallet_transaction.updated'
    | 'wallet_transaction.payment_failure'
  activity_source: 'api' | 'front' | 'system' | 'admin' | 'portal'
  activity_object: unknown
  activity_object_changes: Record<string, unknown>
  user_email: string | null
  resource_id: string
  resource_type: string
  organization_id: string
  external_customer_id: string | null
  external_subscription_id: string | null
  logged_at: string
  created_at: string
}

export type ApiLog = {
  request_id: string
  client: string
  http_method: 'post' | 'put' | 'patch' | 'delete' | 'get'
  http_status: number
  request_origin: string
  request_path: string
  request_body: unknown
  request_response: unknown
  api_version: string
  logged_at: string
  created_at: string
}

export type ApiKey = {
  lago_id: string
  name: string | null
  last_characters: string
  permissions: Record<string, unknown>
  expires_at: string | null
  last_used_at: string | null
  created_by: string | null
  created_at: string
}

export type PaymentProvider = {
  lago_id: string
  type: string
  code: string
  name: string
  mode: 'test' | 'live'
  state: 'active' | 'failing' | 'paused'
  failing_since: string | null
  last_error: {
    code: string
    message: string
    at: string
  } | null
  api_key?: string | null
  merchant_account?: string | null
  live_prefix?: string | null
  hmac_key?: string | null
  token_hmac_key?: string | null
  client_id?: string | null
  client_secret?: string | null
  secret_key?: string | null
  webhook_secret?: string | null
  access_token?: string | null
  environment?: string | null
  flow_id?: string | null
  supports_3ds?: boolean
  require_terms_of_service_consent?: boolean
  success_redirect_url: string | null
  refund_duplicates: boolean
  account_id: string | null
  webhook_state: 'registered' | 'manual' | 'missing'
  webhook_url: string
  customers_count: number
  created_at: string
  updated_at: string
}

export type ProviderMessage = {
  lago_id: string
  lago_payment_provider_id: string
  message_id: string
  type: string
  source: 'push' | 'sweep'
  status: 'pending' | 'succeeded' | 'waiting' | 'failed' | 'dead'
  result: string | null
  tries: number
  occurred_at: string
  received_at: string
  handled_at: string | null
}

export type PaymentCall = {
  lago_id: string
  call: string
  idempotency_key: string | null
  outcome: string
  http_status: number | null
  request_id: string | null
  error: string | null
  started_at: string
  ended_at: string
}

export type PaymentTransition = {
  lago_id: string
  from: string
  to: string
  cause: 'call' | 'message' | 'look' | 'operator' | 'clock'
  note: string | null
  created_at: string
}

export type PaymentConnection = {
  lago_id: string
  code: string
  is_default: boolean
  payment_provider: string
  payment_provider_code: string
  payment_provider_name: string
  provider_customer_id: string | null
  sync_with_provider: boolean
  provider_payment_methods: readonly string[]
  created_at: string
  updated_at: string
}

export type PaymentFailure = {
  reason:
    | 'card_declined'
    | 'insufficient_funds'
    | 'fraud_suspected'
    | 'authentication_required'
    | 'amount_too_small'
    | 'amount_too_large'
    | 'amount_not_representable'
    | 'method_revoked'
    | 'customer_missing'
    | 'currency_not_supported'
    | 'method_type_not_enabled'
    | 'invalid_request'
    | 'invalid_credentials'
    | 'permission_missing'
    | 'rate_limited'
    | 'key_conflict'
    | 'provider_unavailable'
    | 'network'
    | 'outcome_absent'
    | 'late_failure'
  code: string | null
  decline_code: string | null
  message: string
} | null

export type PaymentMethod = {
  lago_id: string
  is_default: boolean
  payment_provider_code: string | null
  payment_provider_name: string | null
  payment_provider_type: string
  provider_method_id: string
  created_at: string
}

export type Refund = {
  lago_id: string
  lago_payment_id: string
  lago_credit_note_id: string | null
  reason: 'credit_note' | 'duplicate' | 'activation_expired' | 'voided_invoice'
  amount_cents: number
  amount_currency: string
  state: 'created' | 'sending' | 'unknown' | 'pending' | 'succeeded' | 'failed'
  provider_refund_id: string | null
  error: {
    code: string
    message: string
  } | null
  created_at: string
  updated_at: string
}

export type Dunning = {
  external_customer_id: string
  exclude_from_dunning_campaign: boolean
  dunning_campaign_code: string | null
  is_own_campaign: boolean
  last_attempt_at: string | null
  attempts: readonly {
    currency: string
    attempts: number
  }[]
}

export type PaginationMeta = {
  current_page: number
  next_page: number | null
  prev_page: number | null
  total_pages: number
  total_count: number
}

export type TestClock = {
  now: string
  status: 'ready' | 'advancing' | 'failed'
  error?: string
}

export type PortalSettings = {
  parts: readonly (
    | 'usage'
    | 'amounts'
    | 'invoices'
    | 'wallets'
    | 'top_ups'
    | 'credit_notes'
    | 'payment_methods'
    | 'plan'
    | 'plan_changes'
    | 'alerts'
    | 'information'
  )[]
  plan_codes: readonly string[]
  brand: {
    accent_color: string | null
    corners: 'square' | 'soft' | 'round'
    support_email: string | null
    support_url: string | null
    terms_url: string | null
    privacy_url: string | null
    powered_by: boolean
    font_url: string | null
    favicon_url: string | null
    logo_dark_url: string | null
  }
  domain: string | null
  embedding_origins: readonly string[]
  accents: {
    light: {
      accent: string
      accent_strong: string
      on_accent: string
      accent_soft: string
    }
    dark: {
      accent: string
      accent_strong: string
      on_accent: string
      accent_soft: string
    }
  } | null
}

export type PortalSession = {
  brand: {
    name: string
    email: string | null
    logo_url: string | null
    support_url: string | null
    terms_url: string | null
    privacy_url: string | null
    corners: 'square' | 'soft' | 'round'
    powered_by: boolean
    font_url: string | null
    favicon_url: string | null
    logo_dark_url: string | null
    accents: {
      light: {
        accent: string
        accent_strong: string
        on_accent: string
        accent_soft: string
      }
      dark: {
        accent: string
        accent_strong: string
        on_accent: string
        accent_soft: string
      }
    } | null
  }
  customer: {
    name: string
    locale: string
    timezone: string
  }
  parts: readonly (
    | 'usage'
    | 'amounts'
    | 'invoices'
    | 'wallets'
    | 'top_ups'
    | 'credit_notes'
    | 'payment_methods'
    | 'plan'
    | 'plan_changes'
    | 'alerts'
    | 'information'
  )[]
  can_pay: boolean
  is_mailed: boolean
  is_view_only: boolean
  is_sandbox: boolean
  csrf_token: string
  renewal_token: string | null
  now: string
  expires_at: string
}

export type OwnCustomer = {
  name: string | null
  firstname: string | null
  lastname: string | null
  legal_name: string | null
  tax_identification_number: string | null
  email: string | null
  customer_type: 'company' | 'individual' | null
  document_locale: 'en' | 'fr' | 'nb' | 'de' | 'it' | 'es' | 'sv' | 'pt-BR' | 'zh-TW'
  address_line1: string | null
  address_line2: string | null
  city: string | null
  state: string | null
  zipcode: string | null
  country: string | null
  shipping_address: {
    address_line1: string | null
    address_line2: string | null
    city: string | null
    state: string | null
    zipcode: string | null
    country: string | null
  }
}

export type Owed = {
  currency: string
  due_cents: number
  due_count: number
  overdue_cents: number
  overdue_count: number
}

export type OwnSubscription = {
  id: string
  name: string
  plan_name: string
  status: string
  started_at: string | null
  ending_at: string | null
  period_from: string | null
  period_to: string | null
  usage_currency: string
  interval?: string
  amount_cents?: number
  currency?: string
  is_paid_in_advance?: boolean
}

export type NextInvoice = {
  subscription_id: string
  issuing_date: string
  currency: string
  total_amount_cents: number
}

export type OwnPlan = {
  id: string
  name: string
  plan_name: string
  status: string
  started_at: string | null
  ending_at: string | null
  period_from: string | null
  period_to: string | null
  usage_currency: string
  interval?: string
  amount_cents?: number
  currency?: string
  is_paid_in_advance?: boolean
  description: string | null
  charges: readonly {
    name: string
    model: string
    prices: Record<string, unknown>
  }[]
  fixed_charges: readonly {
    name: string
    model: string
    units: string
    prices: Record<string, unknown>
  }[]
  minimum_amount_cents: number | null
  entitlements: readonly {
    name: string
    values: readonly {
      name: string
      value: string | null
    }[]
  }[]
}

export type OwnPlanChoices = {
  plans: readonly {
    id: string
    name: string
    description: string | null
    interval: string
    amount_cents: number
    currency: string
    is_paid_in_advance: boolean
    charges: readonly {
      name: string
      model: string
      prices: Record<string, unknown>
    }[]
    fixed_charges: readonly {
      name: string
      model: string
      units: string
      prices: Record<string, unknown>
    }[]
    minimum_amount_cents: number | null
    entitlements: readonly {
      name: string
      values: readonly {
        name: string
        value: string | null
      }[]
    }[]
    kind: 'upgrade' | 'downgrade'
    takes_effect_on: string | null
  }[]
  waiting: {
    plan_name: string
    takes_effect_on: string | null
    can_be_withdrawn: boolean
  } | null
}

export type OwnPlanChange = {
  plan: {
    id: string
    name: string
    description: string | null
    interval: string
    amount_cents: number
    currency: string
    is_paid_in_advance: boolean
    charges: readonly {
      name: string
      model: string
      prices: Record<string, unknown>
    }[]
    fixed_charges: readonly {
      name: string
      model: string
      units: string
      prices: Record<string, unknown>
    }[]
    minimum_amount_cents: number | null
    entitlements: readonly {
      name: string
      values: readonly {
        name: string
        value: string | null
      }[]
    }[]
    kind: 'upgrade' | 'downgrade'
    takes_effect_on: string | null
  }
  terms: string
  invoice: {
    issuing_date: string | null
    currency: string
    fees: readonly {
      name: string
      detail: string | null
      units: string
      amount_cents: number
      from: string | null
      to: string | null
    }[]
    taxes: readonly {
      name: string
      rate: string
      amount_cents: number
    }[]
    progressive_billing_credit_amount_cents: number
    coupons_amount_cents: number
    credit_notes_amount_cents: number
    prepaid_credit_amount_cents: number
    total_amount_cents: number
  } | null
}

export type Invoiced = {
  currency: string
  total_cents: number
  count: number
}

export type OwnUsageDays = {
  name: string
  days: readonly {
    date: string
    units: string
  }[]
}

export type OwnUsage = {
  from: string
  to: string
  issuing_date: string
  currency: string
  amount_cents?: number
  projected_amount_cents?: number
  charges: readonly {
    name: string
    units: string
    amount_cents?: number
    projected_units?: string
    projected_amount_cents?: number
    tiers?: readonly {
      from: string
      to: string | null
      is_current: boolean
      per_unit_amount?: string | null
      flat_amount?: string | null
      rate?: string | null
    }[]
    left_in_tier?: string | null
    parts: readonly {
      name: string | null
      units: string
      amount_cents?: number
    }[]
  }[]
}

export type OwnInvoice = {
  id: string
  number: string
  kind: string
  status: 'finalized' | 'voided'
  payment_status: string
  is_overdue: boolean
  issuing_date: string | null
  payment_due_date: string | null
  currency: string
  total_amount_cents: number
  due_amount_cents: number
  can_be_paid: boolean
}

export type OwnInvoiceInFull = {
  id: string
  number: string
  kind: string
  status: 'finalized' | 'voided'
  payment_status: string
  is_overdue: boolean
  issuing_date: string | null
  payment_due_date: string | null
  currency: string
  total_amount_cents: number
  due_amount_cents: number
  can_be_paid: boolean
  bank_transfer: {
    holder: string
    iban: string
    bic: string | null
    reference: string
  } | null
  purchase_order_number: string | null
  fees: readonly {
    id: string
    name: string
    detail: string | null
    units: string
    unit_amount: string
    printed: {
      units: string
      price: string
    }
    parts: readonly {
      label: string
      units: string
      price: string
      amount: string
    }[]
    amount_cents: number
    taxes_rate: string
    from: string | null
    to: string | null
  }[]
  taxes: readonly {
    name: string
    rate: string
    amount_cents: number
  }[]
  fees_amount_cents: number
  progressive_billing_credit_amount_cents: number
  coupons_amount_cents: number
  taxes_amount_cents: number
  credit_notes_amount_cents: number
  prepaid_credit_amount_cents: number
  paid_amount_cents: number
  has_e_invoice: boolean
  payments: readonly {
    id: string
    amount_cents: number
    currency: string
    payment_status: string
    paid_at: string
    action_url: string | null
    action_kind: 'confirm' | 'transfer' | null
  }[]
}

export type OwnCreditNote = {
  id: string
  number: string
  invoice_number: string
  issuing_date: string
  currency: string
  total_amount_cents: number
  credit_amount_cents: number
  refund_amount_cents: number
  offset_amount_cents: number
  balance_amount_cents: number
  has_e_invoice: boolean
}

export type OwnReceipt = {
  id: string
  number: string
  invoice_numbers: readonly string[]
  amount_cents: number
  currency: string
  paid_at: string
  file_url: string | null
}

export type OwnWallet = {
  id: string
  name: string | null
  status: string
  currency: string
  rate_amount: string
  credits_balance: string
  balance_cents: number
  credits_ongoing_balance: string
  ongoing_balance_cents: number
  expires_at: string | null
  top_up_min_cents: number | null
  top_up_max_cents: number | null
  rules: readonly {
    trigger: string
    interval: string | null
    threshold_credits: string
    paid_credits: string
    granted_credits: string
    target_balance: string | null
  }[]
}

export type PortalAccents = {
  nearest_accent_color: string
  accents: {
    light: {
      accent: string
      accent_strong: string
      on_accent: string
      accent_soft: string
    }
    dark: {
      accent: string
      accent_strong: string
      on_accent: string
      accent_soft: string
    }
  } | null
}

export type OwnAlert = {
  id: string
  subscription_id: string | null
  wallet_id: string | null
  name: string | null
  currency: string
  amount_cents: number
  present_cents: number | null
  is_reached: boolean
  raised_at: string | null
}

export type OwnTransaction = {
  id: string
  name: string | null
  direction: string
  kind: string
  status: string
  credits: string
  amount_cents: number
  currency: string
  invoice_id: string | null
  created_at: string
}

export type OwnMethod = {
  id: string
  is_default: boolean
  method_kind: string
  brand: string | null
  last4: string | null
  expiration_month: string | null
  expiration_year: string | null
  created_at: string
}
