using System.Diagnostics;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Workloads;

namespace Bridge.Benchmarks.Harness;

/// <summary>Runs everything once, to see that it runs: each workload with few operations, each benchmark method with its parameters.</summary>
/// <remarks>Fails on exceptions only. A machine that builds for others has no times worth judging.</remarks>
internal static class Smoke
{
    internal static int Run()
    {
        long start = Stopwatch.GetTimestamp();
        int failures = 0;
        int ran = 0;
        foreach (Comparison comparison in Catalog.All.Concat(Safety.All))
        {
            // Other programs may not be there; benchmarks/compare fetches them, and fails without them.
            foreach (Contender contender in comparison.Contenders.Where(contender => !contender.NeedsProgram))
            {
                ran++;
                failures += Try($"{comparison.Section}: {comparison.Name}: {contender.Name}", () =>
                {
                    using Workload workload = contender.Make();
                    workload.Setup();
                    workload.RunOnce(1);
                    workload.RunOnce(Math.Min(comparison.Operations, 2000));
                });
            }
        }

        foreach (GrowthCurve curve in Growth.All)
        {
            ran++;
            failures += Try(curve.Name, () =>
            {
                using Workload workload = curve.Make(curve.Points[1]);
                workload.Setup();
                workload.RunOnce(1);
                workload.RunOnce(curve.Points[1] * 2);
            });
        }

        foreach ((object instance, MethodInfo method) in Benchmarks())
        {
            ran++;
            failures += Try($"{instance.GetType().Name}.{method.Name}", () =>
            {
                method.Invoke(instance, null);
                ((WorkloadBenchmarks)instance).Cleanup();
            });
        }

        Console.WriteLine($"{ran - failures} workloads and benchmarks ran, {failures} failed, in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        return failures == 0 ? 0 : 1;
    }

    /// <summary>Every benchmark method, with the first value of each parameter.</summary>
    private static IEnumerable<(object Instance, MethodInfo Method)> Benchmarks()
    {
        foreach (Type type in typeof(Smoke).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(WorkloadBenchmarks)) && !type.IsAbstract))
        {
            foreach (MethodInfo method in type.GetMethods().Where(method => method.GetCustomAttribute<BenchmarkAttribute>() is not null))
            {
                object instance = Activator.CreateInstance(type)!;
                foreach (PropertyInfo property in type.GetProperties())
                {
                    if (property.GetCustomAttribute<ParamsAttribute>() is { } values)
                    {
                        property.SetValue(instance, values.Values[0]);
                    }
                }

                yield return (instance, method);
            }
        }
    }

    private static int Try(string name, Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (Exception exception)
        {
            // One broken benchmark must not hide the others.
            Console.Error.WriteLine($"FAILED {name}: {exception}");
            return 1;
        }
    }
}
