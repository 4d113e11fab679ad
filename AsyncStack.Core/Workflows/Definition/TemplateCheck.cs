using System.Text.Json;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>Checks what can be known of templates before a run: that they can be read, and that what they name may have a value.</summary>
internal static class TemplateCheck
{
    private static readonly string[] StepFields = ["state", "result", "result_uri", "error", "job_id"];
    private static readonly string[] RunFields = ["id", "workflow", "version", "scheduled_at"];

    public static void Check(WorkflowDefinition definition, List<DefinitionError> errors)
    {
        var plan = new RunPlan(definition);
        for (var place = 0; place < definition.Steps.Count; place++)
        {
            Check(plan, place, errors);
        }

        if (definition.Result is { } result)
        {
            Check(() => Template.PathsIn(result), "result", "The result: ", p => Find(p, plan, null, definition.Input), errors);
        }
    }

    private static void Check(RunPlan plan, int place, List<DefinitionError> errors)
    {
        var (step, prefix) = (plan.Steps[place], $"steps[{place}]");
        var whose = $"Step '{step.Id}': ";
        Check(() => Template.PathsIn(step.Params), $"{prefix}.params", whose, p => Find(p, plan, place, plan.Definition.Input), errors);
        if (step.ForEach is not { } forEach)
        {
            return;
        }

        Check(
            () => Template.Parse(forEach) is { Whole: { } whole } ? [whole]
                : throw new TemplateException($"for_each is '{forEach}'; it must be one template of a list, such as '{{{{input.items}}}}'."),
            $"{prefix}.for_each",
            whose,
            p => p.Root is TemplateRoots.Item or TemplateRoots.Index ? $"'{{{{{p.Text}}}}}' is known only in params." : Find(p, plan, place, plan.Definition.Input),
            errors);
    }

    private static void Check(
        Func<IEnumerable<TemplatePath>> read, string field, string whose, Func<TemplatePath, string?> find, List<DefinitionError> errors)
    {
        try
        {
            errors.AddRange(read().Select(find).OfType<string>().Select(wrong => new DefinitionError(field, whose + wrong)));
        }
        catch (TemplateException exception)
        {
            errors.Add(new(field, whose + exception.Message));
        }
    }

    /// <summary>Why a template can have no value; null when it may have one.</summary>
    private static string? Find(TemplatePath path, RunPlan plan, int? place, IReadOnlyDictionary<string, InputField>? input) => path.Root switch
    {
        TemplateRoots.Input when input is not null && path.Segments is [string name, ..] && !input.ContainsKey(name) =>
            $"'{{{{{path.Text}}}}}' names a field that the workflow's input does not have; it has {string.Join(", ", input.Keys)}.",
        TemplateRoots.Run when path.Segments is not [string field] || !RunFields.Contains(field) =>
            $"'{{{{{path.Text}}}}}' names nothing of the run; it has {string.Join(", ", RunFields)}.",
        TemplateRoots.Item or TemplateRoots.Index when place is not { } at || plan.Steps[at].ForEach is null =>
            $"'{{{{{path.Text}}}}}' has a value only in a step with for_each.",
        TemplateRoots.Index when path.Segments.Count > 0 => $"'{{{{{path.Text}}}}}' is a number and has no fields.",
        TemplateRoots.Steps => FindStep(path, plan, place),
        _ => null,
    };

    private static string? FindStep(TemplatePath path, RunPlan plan, int? place)
    {
        if (path.Step is not { } id || !plan.TryFind(id, out var named))
        {
            return $"'{{{{{path.Text}}}}}' names no step of this workflow.";
        }

        if (place is { } at && !plan.IsBefore(named, at))
        {
            return $"'{{{{{path.Text}}}}}' names step '{id}', on which this step does not depend; add it to depends_on.";
        }

        var step = plan.Steps[named];
        return path.Segments switch
        {
            [_] => null,
            [_, string field, ..] when !StepFields.Contains(field) =>
                $"'{{{{{path.Text}}}}}' names '{field}' of step '{id}'; a step has {string.Join(", ", StepFields)}.",
            [_, "result", ..] when StepTypes.StoresResults(step) =>
                $"'{{{{{path.Text}}}}}' names the result of step '{id}', which lies in object storage; take result_uri.",
            [_, "result", string field, ..] when step.ForEach is not null =>
                $"'{{{{{path.Text}}}}}' names '{field}' of the results of step '{id}', which are a list, one for each item.",
            [_, "result", string field, ..] when StepTypes.ResultFields(step) is { } known && !known.Contains(field) =>
                $"'{{{{{path.Text}}}}}' names '{field}' of the result of step '{id}', which {(known.Count == 0 ? "has no fields" : $"has {string.Join(", ", known)}")}.",
            [_, int, ..] => $"'{{{{{path.Text}}}}}' takes step '{id}' for a list; a step has {string.Join(", ", StepFields)}.",
            _ => null,
        };
    }
}
