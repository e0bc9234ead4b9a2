"""The network's resource types, and what stands at its borders."""

from __future__ import annotations

from typing import Final

from groundplan.catalog.model import (
    NETWORK,
    SELF,
    SERVICES,
    Link,
    Treatment,
    end,
    part,
    service,
)

_RULE: Final = "a line of the network view"
_OUTGOING: Final = "outgoing traffic is not drawn; what is let in is"
_TABLE: Final = "shown as the routes in the heads of its subnets"
_ACL: Final = "a network ACL: its subnets' second guard, which pictures leave out"
_TARGETS: Final = (
    "aws_lambda_function",
    "aws_lb",
    "aws_alb",
    "aws_sfn_state_machine",
    "aws_sqs_queue",
    "aws_kinesis_stream",
)
_FRONTS: Final = (
    "aws_lb",
    "aws_alb",
    "aws_elb",
    "aws_cloudfront_distribution",
    "aws_api_gateway_rest_api",
    "aws_api_gateway_domain_name",
    "aws_apigatewayv2_api",
    "aws_apigatewayv2_domain_name",
    "aws_s3_bucket",
    "aws_s3_bucket_website_configuration",
    "aws_globalaccelerator_accelerator",
    "aws_elastic_beanstalk_environment",
)
_ORIGINS: Final = (*_FRONTS, "aws_lambda_function_url", "aws_instance", "aws_media_store_container")

_BALANCER: Final = Treatment(
    "subnet",
    "load_balancer",
    subnets=("subnets", "subnet_mapping.*.subnet_id"),
    groups=("security_groups",),
    public="!internal",
)
_LISTENER: Final = part(
    "the door of its load balancer", through=(end("load_balancer_arn", "aws_lb", "aws_alb"),)
)
_LISTENER_RULE: Final = part(
    "a rule of its load balancer's listener",
    through=(end("listener_arn", "aws_lb_listener", "aws_alb_listener"),),
)
_TARGET_GROUP: Final = part("shown as the lines from its load balancer to what it serves")
_SERVED: Final = ("aws_instance", "aws_lambda_alias", "aws_lambda_function", "aws_lb", "aws_alb")
_ATTACHMENT: Final = part(
    "shown as a line from its load balancer",
    links=(Link(end("target_group_arn"), end("target_id", *_SERVED)),),
)

NETWORK_ROWS: Final[dict[str, Treatment]] = {
    # Frames
    "aws_vpc": Treatment("frame"),
    "aws_default_vpc": Treatment("frame"),
    "aws_subnet": Treatment("frame"),
    "aws_default_subnet": Treatment("frame"),
    "aws_security_group": Treatment("frame", views=NETWORK, reason="carried by nothing drawn"),
    "aws_default_security_group": Treatment(
        "frame", views=NETWORK, reason="the VPC's default security group, carried by nothing drawn"
    ),
    "aws_vpc_ipv4_cidr_block_association": part("a further range of its VPC"),
    "aws_vpc_ipv6_cidr_block_association": part("a further range of its VPC"),
    "aws_vpc_dhcp_options": part("how machines of a VPC find names and time"),
    "aws_default_vpc_dhcp_options": part("how machines of a VPC find names and time"),
    "aws_vpc_dhcp_options_association": part("how machines of a VPC find names and time"),
    "aws_network_acl": part(_ACL),
    "aws_default_network_acl": part(_ACL),
    "aws_network_acl_rule": part(_ACL),
    "aws_network_acl_association": part(_ACL),
    # Ways in and out
    "aws_internet_gateway": Treatment("vpc", "internet_gateway", NETWORK),
    "aws_internet_gateway_attachment": part("joins an internet gateway to its VPC"),
    "aws_egress_only_internet_gateway": Treatment("vpc", "egress_gateway", NETWORK),
    "aws_nat_gateway": Treatment("subnet", "nat_gateway", subnets=("subnet_id",)),
    "aws_eip": part("a public address, shown as what it is given to"),
    "aws_eip_association": part("gives a public address to what it names"),
    "aws_vpc_endpoint": Treatment(
        "vpc",
        "endpoint",
        NETWORK,
        subnets=("subnet_ids", "subnet_configuration.*.subnet_id"),
        groups=("security_group_ids",),
    ),
    "aws_vpc_endpoint_service": Treatment("region", "endpoint", NETWORK),
    "aws_vpc_endpoint_route_table_association": part(_TABLE),
    "aws_vpc_endpoint_subnet_association": part("a subnet of its endpoint"),
    "aws_vpc_endpoint_security_group_association": part("a security group of its endpoint"),
    "aws_vpc_peering_connection": Treatment("vpc", "peering", NETWORK),
    "aws_vpc_peering_connection_accepter": part("the other side of a peering"),
    "aws_vpc_peering_connection_options": part("a setting of a peering"),
    "aws_ec2_transit_gateway": Treatment("vpc", "transit_gateway", NETWORK),
    "aws_ec2_transit_gateway_vpc_attachment": Treatment(
        "subnet",
        "transit_attachment",
        NETWORK,
        subnets=("subnet_ids",),
        links=(Link(SELF, end("transit_gateway_id", "aws_ec2_transit_gateway"), kind="route"),),
    ),
    "aws_ec2_transit_gateway_peering_attachment": Treatment("vpc", "transit_attachment", NETWORK),
    "aws_vpn_gateway": Treatment("vpc", "vpn_gateway", NETWORK),
    "aws_vpn_gateway_attachment": part("joins a VPN gateway to its VPC"),
    "aws_vpn_gateway_route_propagation": part("routes that a VPN gateway makes known by itself"),
    "aws_customer_gateway": Treatment("vpc", "customer_gateway", NETWORK),
    "aws_vpn_connection": Treatment(
        "vpc",
        "vpn_connection",
        NETWORK,
        links=(
            Link(end("vpn_gateway_id", "aws_vpn_gateway"), SELF, kind="route"),
            Link(end("transit_gateway_id", "aws_ec2_transit_gateway"), SELF, kind="route"),
            Link(SELF, end("customer_gateway_id", "aws_customer_gateway"), kind="route"),
        ),
    ),
    "aws_vpn_connection_route": part("a route of its VPN connection"),
    "aws_ec2_client_vpn_endpoint": Treatment(
        "vpc",
        "client_vpn",
        members=("aws_ec2_client_vpn_network_association", "client_vpn_endpoint_id"),
        groups=("security_group_ids",),
        optional=True,
    ),
    "aws_ec2_client_vpn_network_association": Treatment(
        "part", reason="shown as where its client VPN stands", subnets=("subnet_id",)
    ),
    "aws_dx_gateway": Treatment("region", "direct_connect", NETWORK),
    "aws_dx_connection": Treatment("region", "direct_connect", NETWORK),
    "aws_networkfirewall_firewall": Treatment(
        "subnet", "firewall", subnets=("subnet_mapping.*.subnet_id",)
    ),
    "aws_network_interface": Treatment(
        "part",
        reason="shown as where the machine that it belongs to stands",
        subnets=("subnet_id",),
        groups=("security_groups",),
    ),
    "aws_network_interface_attachment": part("joins a network interface to its machine"),
    "aws_network_interface_sg_attachment": part("a security group of what it names"),
    "aws_route53_resolver_endpoint": Treatment(
        "subnet",
        "resolver",
        subnets=("ip_address.*.subnet_id",),
        groups=("security_group_ids",),
    ),
    "aws_flow_log": Treatment("region", "flow_logs", NETWORK),
    # Routes and rules
    "aws_route_table": part(_TABLE),
    "aws_default_route_table": part("the VPC's main route table"),
    "aws_main_route_table_association": part("makes a route table the VPC's main one"),
    "aws_route_table_association": part("shown as the tier of its subnet"),
    "aws_route": Treatment("edge", views=NETWORK, reason=_RULE),
    "aws_vpc_security_group_ingress_rule": Treatment("edge", views=NETWORK, reason=_RULE),
    "aws_security_group_rule": Treatment("edge", views=NETWORK, reason=_RULE),
    "aws_vpc_security_group_egress_rule": part(_OUTGOING),
    "aws_ec2_managed_prefix_list": part("a list of ranges that routes and rules name"),
    "aws_ec2_managed_prefix_list_entry": part("a range of its list"),
    # Load balancers
    "aws_lb": _BALANCER,
    "aws_alb": _BALANCER,
    "aws_elb": Treatment(
        "subnet",
        "load_balancer_classic",
        subnets=("subnets",),
        groups=("security_groups",),
        public="!internal",
        links=(Link(SELF, end("instances", "aws_instance")),),
    ),
    "aws_elb_attachment": part(
        "shown as a line from its load balancer",
        links=(Link(end("elb", "aws_elb"), end("instance", "aws_instance")),),
    ),
    "aws_lb_listener": _LISTENER,
    "aws_alb_listener": _LISTENER,
    "aws_lb_listener_rule": _LISTENER_RULE,
    "aws_alb_listener_rule": _LISTENER_RULE,
    "aws_lb_listener_certificate": part("a certificate of its load balancer's listener"),
    "aws_alb_listener_certificate": part("a certificate of its load balancer's listener"),
    "aws_lb_target_group": _TARGET_GROUP,
    "aws_alb_target_group": _TARGET_GROUP,
    "aws_lb_target_group_attachment": _ATTACHMENT,
    "aws_alb_target_group_attachment": _ATTACHMENT,
    # The way to customers
    "aws_cloudfront_distribution": Treatment(
        "global",
        "cloudfront",
        SERVICES,
        links=(
            Link(SELF, end("origin.*.domain_name", *_ORIGINS), "origin"),
            Link(end("web_acl_id", "aws_wafv2_web_acl"), SELF, "guards"),
        ),
    ),
    "aws_route53_zone": Treatment("global", "route53", SERVICES),
    "aws_route53_record": part(
        "a name in its zone",
        links=(
            Link(end("zone_id", "aws_route53_zone"), end("alias.*.name", *_FRONTS), "alias"),
            Link(end("zone_id", "aws_route53_zone"), end("records", *_FRONTS), "name"),
        ),
    ),
    "aws_globalaccelerator_accelerator": Treatment("global", "global_accelerator", SERVICES),
    "aws_globalaccelerator_listener": part(
        "the door of its accelerator",
        through=(end("accelerator_arn", "aws_globalaccelerator_accelerator"),),
    ),
    "aws_globalaccelerator_endpoint_group": part(
        "shown as the lines from its accelerator",
        links=(Link(end("listener_arn"), end("endpoint_configuration.*.endpoint_id", *_SERVED)),),
    ),
    "aws_lambda_function_url": part(
        "the address of its function", through=(end("function_name", "aws_lambda_function"),)
    ),
    "aws_api_gateway_rest_api": service("api_gateway"),
    "aws_api_gateway_domain_name": part("a name of its API"),
    "aws_api_gateway_integration": part(
        "shown as a line from its API",
        links=(Link(end("rest_api_id", "aws_api_gateway_rest_api"), end("uri", *_TARGETS)),),
    ),
    "aws_apigatewayv2_api": service("api_gateway"),
    "aws_apigatewayv2_integration": part(
        "shown as a line from its API",
        links=(
            Link(
                end("api_id", "aws_apigatewayv2_api"),
                end("integration_uri", *_TARGETS, "aws_lb_listener", "aws_alb_listener"),
            ),
        ),
    ),
    "aws_apigatewayv2_vpc_link": Treatment(
        "subnet", "vpc_link", subnets=("subnet_ids",), groups=("security_group_ids",)
    ),
    "aws_api_gateway_vpc_link": Treatment(
        "region",
        "vpc_link",
        SERVICES,
        links=(Link(SELF, end("target_arns", "aws_lb", "aws_alb")),),
    ),
}
