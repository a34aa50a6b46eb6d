import { Duration, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Port } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  LogDriver,
  OperatingSystemFamily,
  Secret as EcsSecret,
} from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { readBaseImages } from '../../local/base-images.ts';
import { acknowledge } from '../acknowledge.ts';
import { AccessLog } from './access-log.ts';
import type { Files } from './files.ts';
import { createLogGroup } from './log-group.ts';
import type { Network } from './network.ts';
import { type DeployedTable, tableStatements } from './table-policy.ts';
import { type TextKeys, textKeyEnvironment, textKeyStatements } from './text-key.ts';

const API_PORT = 4567;
/** A quarter of a CPU serves about a hundred requests a second. */
const CPU = 256;
const MEMORY_MB = 512;
const TARGET_CPU_PERCENT = 60;
/**
 * A saturated task responds late, and replacing it makes the others slower: it is given up after a minute and a half, when
 * scaling had time to see its CPU. ECS replaces a process that ended at once.
 */
const CHECK_INTERVAL = Duration.seconds(15);
const CHECK_TIMEOUT = Duration.seconds(10);
const FAILED_CHECKS = 6;
/** The API responds to all requests in flight within four seconds of the signal to stop. */
const STOP_TIMEOUT = Duration.seconds(15);

export interface ApiProps {
  readonly network: Network;
  readonly table: DeployedTable;
  /** Absent: a single task needs no Valkey. */
  readonly redisUrl: Secret | undefined;
  /** Absent: texts are not encrypted by the API. */
  readonly textKeys: TextKeys | undefined;
  /** Absent: messages have no files. */
  readonly files: Files | undefined;
  /** Environment variables of the containers, without the table's: the issuer of tokens and the origin of the screens. */
  readonly environment: Readonly<Record<string, string>>;
  readonly certificateArn: string;
  /** Absent: built from the Dockerfile, on the base images of base-images.env. */
  readonly image?: string;
  /** Whether an image that is built has the packages for traces. */
  readonly tracing: boolean;
  /** The sign-in of the image's registry. Absent: it is Amazon's, or public. */
  readonly imageCredentialsArn?: string;
  readonly containerInsights: boolean;
  readonly deletionProtection: boolean;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly logDays: RetentionDays;
}

/** The API in containers, behind a load balancer that only accepts TLS. */
export class Api extends Construct {
  readonly service: FargateService;
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targets: ApplicationTargetGroup;
  readonly taskRole: Role;
  readonly logGroup: LogGroup;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const { network, table } = props;
    this.securityGroup = network.securityGroup(this, 'Group', 'api: only the load balancer connects to it');
    const statements = [
      ...tableStatements(this, 'api', table, network.tableEndpoint),
      ...textKeyStatements(props.textKeys),
      ...(props.files?.apiStatements() ?? []),
    ];
    this.taskRole = new Role(this, 'TaskRole', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
      inlinePolicies: { api: new PolicyDocument({ statements }) },
    });
    props.files?.acknowledgePrefixes(this.taskRole);
    this.logGroup = createLogGroup(this, 'Log', props.logDays);
    this.service = this.#createService(props);
    const balancerGroup = network.securityGroup(
      this,
      'BalancerGroup',
      'load balancer: open to all addresses',
    );
    network.allowHttps(this.securityGroup);
    this.securityGroup.addIngressRule(balancerGroup, Port.tcp(API_PORT), 'the load balancer');
    balancerGroup.addEgressRule(this.securityGroup, Port.tcp(API_PORT), 'the API');
    this.loadBalancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      internetFacing: true,
      securityGroup: balancerGroup,
      dropInvalidHeaderFields: true,
      deletionProtection: props.deletionProtection,
    });
    acknowledge(balancerGroup, 'The API is public; its tokens control the access.', ['EC23']);
    new AccessLog(this, 'AccessLog', { loadBalancer: this.loadBalancer, days: props.logDays });
    this.targets = this.#listen(network, props.certificateArn);
  }

  #createService(props: ApiProps): FargateService {
    const { network } = props;
    const cluster = new Cluster(this, 'Cluster', {
      vpc: network.vpc,
      containerInsightsV2: props.containerInsights ? ContainerInsights.ENABLED : ContainerInsights.DISABLED,
    });
    if (!props.containerInsights) {
      acknowledge(cluster, 'Chosen in the settings: its metrics cost more than a small task.', ['ECS4']);
    }
    const service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: this.#createTask(props),
      // Scaling sets the number of tasks: a number here would reset it with each deployment.
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      securityGroups: [this.securityGroup],
      vpcSubnets: network.taskSubnets,
      assignPublicIp: network.tasksHavePublicIps,
      enableECSManagedTags: true,
    });
    service
      .autoScaleTaskCount({ minCapacity: props.minTasks, maxCapacity: props.maxTasks })
      .scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: TARGET_CPU_PERCENT });
    return service;
  }

  #createTask(props: ApiProps): FargateTaskDefinition {
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: CPU,
      memoryLimitMiB: MEMORY_MB,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
      taskRole: this.taskRole,
    });
    task.addContainer('api', {
      image: this.#image(props),
      portMappings: [{ containerPort: API_PORT }],
      readonlyRootFilesystem: true,
      // Passes signals on to a Node that is still starting, which would ignore them as the first process.
      linuxParameters: new LinuxParameters(this, 'Process', { initProcessEnabled: true }),
      stopTimeout: STOP_TIMEOUT,
      logging: LogDriver.awsLogs({
        streamPrefix: 'api',
        logGroup: this.logGroup,
      }),
      environment: {
        NODE_ENV: 'production',
        PORT: String(API_PORT),
        // One hop: the load balancer, which no client can bypass.
        TRUST_PROXY: '1',
        DDB_MESSAGE_TABLE: props.table.tableName,
        METRICS_EMF: 'on',
        ...textKeyEnvironment(props.textKeys),
        ...(props.files && { ATTACHMENT_BUCKET: props.files.bucket.bucketName }),
        ...props.environment,
      },
      ...(props.redisUrl && { secrets: { REDIS_URL: EcsSecret.fromSecretsManager(props.redisUrl) } }),
    });
    acknowledge(task, 'The secret settings come from Secrets Manager.', ['ECS2']);
    acknowledge(task, 'The registry’s sign-in (ecr:GetAuthorizationToken) is bound to no resource.', [
      'IAM5[Resource::*]',
    ]);
    return task;
  }

  #listen(network: Network, certificateArn: string): ApplicationTargetGroup {
    const targets = new ApplicationTargetGroup(this, 'Targets', {
      vpc: network.vpc,
      protocol: ApplicationProtocol.HTTP,
      port: API_PORT,
      targets: [this.service],
      // Event streams end with their container; their clients reconnect.
      deregistrationDelay: STOP_TIMEOUT,
      healthCheck: {
        path: '/api/health-check',
        interval: CHECK_INTERVAL,
        timeout: CHECK_TIMEOUT,
        healthyThresholdCount: 2,
        unhealthyThresholdCount: FAILED_CHECKS,
      },
    });
    this.loadBalancer.addListener('Https', {
      port: 443,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', certificateArn)],
      sslPolicy: SslPolicy.RECOMMENDED_TLS,
      defaultTargetGroups: [targets],
    });
    this.loadBalancer.addListener('Http', {
      port: 80,
      defaultAction: ListenerAction.redirect({ port: '443', protocol: 'HTTPS', permanent: true }),
    });
    return targets;
  }

  #image({ image, imageCredentialsArn, tracing }: ApiProps): ContainerImage {
    if (image === undefined) {
      const { NODE_IMAGE } = readBaseImages();
      const buildArgs = { NODE_IMAGE, TRACING: tracing ? 'on' : 'off' };
      return ContainerImage.fromAsset('.', { platform: Platform.LINUX_ARM64, buildArgs });
    }
    const own = AMAZON_IMAGE.exec(image)?.groups;
    if (own) {
      const { account, region, repository = '', reference } = own;
      const repositoryArn = Stack.of(this).formatArn({
        service: 'ecr',
        account,
        region,
        resource: 'repository',
        resourceName: repository,
      });
      const registry = Repository.fromRepositoryAttributes(this, 'Registry', {
        repositoryArn,
        repositoryName: repository,
      });
      return ContainerImage.fromEcrRepository(registry, reference);
    }
    if (imageCredentialsArn === undefined) return ContainerImage.fromRegistry(image);
    const credentials = Secret.fromSecretCompleteArn(this, 'ImageCredentials', imageCredentialsArn);
    return ContainerImage.fromRegistry(image, { credentials });
  }
}

/** An image in Amazon's registry: its account, region and repository, and a tag or a digest. */
const AMAZON_IMAGE =
  /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com\/(?<repository>[^:@]+)(?::|@)(?<reference>.+)$/;
