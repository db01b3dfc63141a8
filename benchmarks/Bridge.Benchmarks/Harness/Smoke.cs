using System.Diagnostics;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Bridge.Benchmarks.Harness;

/// <summary>Runs each BenchmarkDotNet method once, to see that it runs, with the first value of each parameter.</summary>
/// <remarks>Fails on exceptions only. The workloads by themselves, peers and curves included, are what <c>benchmarks/compare --quick</c> runs.</remarks>
internal static class Smoke
{
    internal static int Run()
    {
        long start = Stopwatch.GetTimestamp();
        int failures = 0;
        int ran = 0;
        foreach ((object instance, MethodInfo method) in Benchmarks())
        {
            ran++;
            failures += Try($"{instance.GetType().Name}.{method.Name}", () =>
            {
                method.Invoke(instance, null);
                ((WorkloadBenchmarks)instance).Cleanup();
            });
        }

        Console.WriteLine($"{ran - failures} benchmarks ran, {failures} failed, in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
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
