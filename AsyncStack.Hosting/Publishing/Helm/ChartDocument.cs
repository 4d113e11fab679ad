using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Helm;

/// <summary>One object of the chart, in a template file of its own or together with others of that file.</summary>
internal sealed record ChartDocument(string File, KubernetesObject Object, Condition? Condition = null);

/// <summary>A template that is written as it is: for what only template code can say.</summary>
internal sealed record ChartTemplate(string File, string Content);
