namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>What AppHosts left behind that could not clean up: their guardian was killed too, or the machine went down.</summary>
internal static class ContainerLeftovers
{
    /// <summary>Removes containers, and volumes of thrown-away graphs, whose AppHost has ended.</summary>
    public static async Task RemoveAsync(ContainerEngine engine, CancellationToken cancellationToken)
    {
        foreach (var container in await AbandonedAsync(engine, ["ps", "--all"], "{{.ID}}", cancellationToken))
        {
            await engine.RunAsync(["rm", "--force", "--volumes", container], cancellationToken);
        }

        foreach (var volume in await AbandonedAsync(engine, ["volume", "ls"], "{{.Name}}", cancellationToken))
        {
            await engine.RunAsync(["volume", "rm", "--force", volume], cancellationToken);
        }
    }

    private static async Task<IEnumerable<string>> AbandonedAsync(
        ContainerEngine engine, string[] command, string id, CancellationToken cancellationToken)
    {
        const string Label = ContainerOwner.Label;
        string[] arguments = [.. command, "--filter", $"label={Label}", "--format", $"{id} {{{{.Label \"{Label}\"}}}}"];
        var result = await engine.RunAsync(arguments, cancellationToken);
        return result.Output.Split('\n')
            .Select(line => line.Split(' ', 2))
            .Where(parts => parts.Length == 2 && ContainerOwner.HasEnded(parts[1]))
            .Select(parts => parts[0]);
    }
}
