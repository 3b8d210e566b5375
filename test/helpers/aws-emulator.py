# AWS as moto imitates it, over HTTP. usage: aws-emulator.py PORT
# What CloudFormation does and moto does not is put right here, so that the template need not be written for the emulator:
# AWS::NoValue leaves its item out of a list; conditions hold in updates too; a resource of a kind that moto lacks has an ARN.
import sys

from moto.cloudformation import parsing
from moto.cloudformation.responses import CloudFormationResponse, ValidationError
from moto.emr.models import Cluster
from moto.emr.responses import ElasticMapReduceResponse
from moto.server import main

clean_as_moto = parsing.clean_json
update_as_moto = parsing.ResourceMap.update
diff_as_moto = parsing.ResourceMap.build_resource_diff
create_cluster_as_moto = Cluster.create_from_cloudformation_json
delete_as_moto = parsing.ResourceMap.delete


def of_unknown_kind(value, resources):
    name = None
    if isinstance(value, dict):
        name = value.get("Ref") or value.get("Fn::GetAtt", [None])[0]
    known = getattr(resources, "_resource_json_map", {})
    described = known.get(name) if isinstance(name, str) else None
    if described is None or parsing.resource_class_from_type(described["Type"]) is not None:
        return None
    return f"arn:aws:emulator:::cluster/{name}/1"


def clean_json(value, resources):
    made_up = of_unknown_kind(value, resources)
    if made_up is not None:
        return made_up
    try:
        cleaned = clean_as_moto(value, resources)
    except (NotImplementedError, ValidationError) as error:
        if isinstance(error, ValidationError) and "does not support attribute" not in str(error):
            raise
        cleaned = None
    if cleaned is None and isinstance(value, dict) and "Fn::GetAtt" in value:
        # An attribute that moto lacks.
        return f"arn:aws:emulator:::{'/'.join(value['Fn::GetAtt'])}"
    if type(cleaned).__name__ == "DBParameterGroup":
        return cleaned.name
    return [item for item in cleaned if item is not None] if isinstance(cleaned, list) else cleaned


def active(resource_map, template, parameters):
    probe = parsing.ResourceMap(
        resource_map.stack_id,
        resource_map["AWS::StackName"],
        parameters,
        {},
        resource_map._region_name,
        resource_map._account_id,
        template,
        None,
    )
    probe.load_mapping()
    probe.load_parameters()
    probe.load_conditions()
    holds = probe.lazy_condition_map
    return {n: r for n, r in template["Resources"].items() if "Condition" not in r or holds[r["Condition"]]}


def update(self, template, parameters=None):
    self._resource_json_map = active(self, self._template, self.input_parameters)
    now = active(self, template, {**self.input_parameters, **(parameters or {})})
    update_as_moto(self, {**template, "Resources": now}, parameters)
    self._template = template
    # What was removed is not there any more.
    for name in set(self._parsed_resources) & set(template["Resources"]) - set(now):
        del self._parsed_resources[name]


def build_resource_diff(self, template, parameters=None):
    # moto modifies few kinds of resources rightly: here they are added and removed only.
    return {**diff_as_moto(self, template), "Modify": []}


def delete(self):
    try:
        delete_as_moto(self)
    except Exception as error:
        # It does not take a network apart in the right order.
        print(f"left behind: {error}", file=sys.stderr)


def create_cluster(resource_name, cloudformation_json, *where, **more):
    instances = cloudformation_json["Properties"]["Instances"]
    # Without it moto ends the cluster at once.
    instances["keep_job_flow_alive_when_no_steps"] = instances.get("KeepJobFlowAliveWhenNoSteps")
    return create_cluster_as_moto(resource_name, cloudformation_json, *where, **more)


def validate_different_update(self, given, template, stack):
    before = {key: str(value) for key, value in stack.stack_parameters.items()}
    after = {**before, **{one["ParameterKey"]: one["ParameterValue"] for one in given or []}}
    if stack.template == template and before == after:
        raise ValidationError(stack.name, message="No updates are to be performed.")


# It refuses attributes that CloudFormation has.
parsing.ResourceMap.validate_outputs = lambda self: None
CloudFormationResponse._validate_different_update = validate_different_update
Cluster.create_from_cloudformation_json = create_cluster
# The region of a request is in its signature, as with all other services.
del ElasticMapReduceResponse.get_region_from_url
parsing.clean_json = clean_json
parsing.ResourceMap.update = update
parsing.ResourceMap.build_resource_diff = build_resource_diff
parsing.ResourceMap.delete = delete
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
