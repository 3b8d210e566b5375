import { getAtt, ifElse, type Resource, type Resources, ref, select, tags, type Value } from './intrinsics.ts';

const made = (Type: string, Properties: Resource['Properties'] = {}): Resource => ({
  Type,
  Condition: 'NewNetwork',
  Properties,
});

const subnet = (name: string, cidr: string, zone: number) =>
  made('AWS::EC2::Subnet', {
    VpcId: ref('Vpc'),
    CidrBlock: cidr,
    AvailabilityZone: select(zone, { 'Fn::GetAZs': '' }),
    MapPublicIpOnLaunch: false,
    Tags: tags(name),
  });

const inTable = (subnetName: string, table: string) =>
  made('AWS::EC2::SubnetRouteTableAssociation', { SubnetId: ref(subnetName), RouteTableId: ref(table) });

/** Two private subnets whose nodes reach the outside through one NAT gateway, which alone is in a public one. */
export const NETWORK: Resources = {
  Vpc: made('AWS::EC2::VPC', {
    CidrBlock: '10.42.0.0/16',
    EnableDnsSupport: true,
    EnableDnsHostnames: true,
    Tags: tags('vpc'),
  }),
  PrivateSubnetA: subnet('private-a', '10.42.0.0/20', 0),
  PrivateSubnetB: subnet('private-b', '10.42.16.0/20', 1),
  NatSubnet: subnet('nat', '10.42.255.0/28', 0),
  InternetGateway: made('AWS::EC2::InternetGateway', { Tags: tags('internet') }),
  InternetAttachment: made('AWS::EC2::VPCGatewayAttachment', {
    VpcId: ref('Vpc'),
    InternetGatewayId: ref('InternetGateway'),
  }),
  NatAddress: { ...made('AWS::EC2::EIP', { Domain: 'vpc', Tags: tags('nat') }), DependsOn: 'InternetAttachment' },
  NatGateway: made('AWS::EC2::NatGateway', {
    AllocationId: getAtt('NatAddress', 'AllocationId'),
    SubnetId: ref('NatSubnet'),
    Tags: tags('nat'),
  }),
  NatRoutes: made('AWS::EC2::RouteTable', { VpcId: ref('Vpc'), Tags: tags('nat') }),
  NatToInternet: {
    ...made('AWS::EC2::Route', {
      RouteTableId: ref('NatRoutes'),
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: ref('InternetGateway'),
    }),
    DependsOn: 'InternetAttachment',
  },
  NatSubnetRoutes: inTable('NatSubnet', 'NatRoutes'),
  PrivateRoutes: made('AWS::EC2::RouteTable', { VpcId: ref('Vpc'), Tags: tags('private') }),
  PrivateToNat: made('AWS::EC2::Route', {
    RouteTableId: ref('PrivateRoutes'),
    DestinationCidrBlock: '0.0.0.0/0',
    NatGatewayId: ref('NatGateway'),
  }),
  PrivateSubnetARoutes: inTable('PrivateSubnetA', 'PrivateRoutes'),
  PrivateSubnetBRoutes: inTable('PrivateSubnetB', 'PrivateRoutes'),
  // Logs and scripts do not pay for the NAT gateway.
  S3Endpoint: made('AWS::EC2::VPCEndpoint', {
    VpcId: ref('Vpc'),
    VpcEndpointType: 'Gateway',
    ServiceName: { 'Fn::Sub': `com.amazonaws.\${AWS::Region}.s3` },
    RouteTableIds: [ref('PrivateRoutes')],
  }),
};

export const VPC: Value = ifElse('NewNetwork', ref('Vpc'), ref('VpcId'));

const givenSubnets: Value = { 'Fn::Split': [',', ref('SubnetIds')] };

export const SUBNETS: Value = ifElse('NewNetwork', [ref('PrivateSubnetA'), ref('PrivateSubnetB')], givenSubnets);
export const CLUSTER_SUBNET: Value = ifElse('NewNetwork', ref('PrivateSubnetA'), select(0, givenSubnets));
